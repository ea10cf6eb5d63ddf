import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { listFilesBelow, readLines, readText } from '../base/index.ts';
import { departments, venues } from './company.ts';
import { euro, tellableFacts } from './facts.ts';
import { articles, nameOf } from './grammar.ts';
import { generateStarterCorpus, refusal, type StarterCorpus, wordsOf, writeStarterCorpus } from './index.ts';
import { products } from './products.ts';

const corpus = generateStarterCorpus();
const userTexts = corpus.dialogues.flatMap(({ messages }) =>
  messages.filter(({ role }) => role === 'user').map(({ content }) => content),
);
const allTexts = [
  ...corpus.documents.map(({ text }) => text),
  ...corpus.dialogues.flatMap(({ messages }) => messages.map(({ content }) => content)),
  ...corpus.questions.flatMap(({ question, answer }) => [question, answer]),
];
const nouns = [...products, ...departments, ...venues].map(({ noun }) => noun);

/** The wording of a question without what it asks about: things, days, and the articles before things become slots. */
function frameOf(question: string): string {
  let frame = ` ${wordsOf(question)} `;
  for (const noun of nouns) {
    const genitive = noun.name === '' ? noun.genitive : `${noun.genitive} ${noun.name}`;
    for (const form of [genitive, nameOf(noun)]) frame = frame.replaceAll(` ${form.toLowerCase()} `, ' § ');
  }
  frame = frame.replace(/ (der|die|das|den|dem|des) § /g, ' § ').replace(/ (beim|zum|vom) § /g, ' $1 § ');
  return frame.replace(/ am (montag|dienstag|mittwoch|donnerstag|freitag|samstag) /g, ' am tag ').trim();
}

test('the corpus has at least 3 MB of prose in 400 documents of 40 sources, 300 facts and 4,000 dialogues', () => {
  const bytes = corpus.documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const several = corpus.dialogues.filter(({ messages }) => messages.filter(({ role }) => role === 'user').length > 1);
  assert.ok(bytes >= 3_000_000, `${bytes} bytes`);
  assert.ok(corpus.documents.length >= 400);
  assert.ok(new Set(corpus.documents.map(({ source }) => source)).size >= 40);
  assert.ok(new Set(corpus.facts.map(({ entity, attribute }) => `${entity}/${attribute}`)).size >= 300);
  assert.ok(corpus.dialogues.length >= 4000);
  assert.ok(several.length * 3 >= corpus.dialogues.length, `${several.length} of ${corpus.dialogues.length}`);
  assert.equal(corpus.questions.length, 200);
  assert.equal(new Set(corpus.questions.map(({ factId }) => factId)).size, 200);
});

test('one seed gives one corpus, another seed another one', () => {
  assert.deepEqual(generateStarterCorpus({ scale: 0.05 }), generateStarterCorpus({ scale: 0.05, seed: 1 }));
  const other = generateStarterCorpus({ scale: 0.05, seed: 2 });
  assert.notDeepEqual(other.documents, generateStarterCorpus({ scale: 0.05 }).documents);
  assert.notDeepEqual(other.questions, generateStarterCorpus({ scale: 0.05 }).questions);
});

test('any scale gives a corpus whose questions are about its facts, and a scale out of range is refused', () => {
  for (const scale of [0.001, 0.004, 0.01, 0.1, 0.5]) {
    const small = generateStarterCorpus({ scale });
    const answers = new Set(small.facts.map(({ answer }) => answer));
    assert.ok(small.documents.length > 0 && small.dialogues.length > 0);
    assert.ok(small.questions.length > 0 && small.questions.every(({ answer }) => answers.has(answer)));
  }
  for (const scale of [0, -1, 2, Number.NaN]) {
    assert.throws(() => generateStarterCorpus({ scale }), { code: 'limits.number' });
  }
});

test('the counts hold for other seeds too', () => {
  const other = generateStarterCorpus({ seed: 77 });
  assert.ok(other.documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) >= 3_000_000);
  const several = other.dialogues.filter(({ messages }) => messages.filter(({ role }) => role === 'user').length > 1);
  assert.ok(several.length * 3 >= other.dialogues.length);
});

test('every fact is asked in at least ten dialogues, in at least ten wordings, and always answered in the same words', () => {
  const answers = new Map(corpus.facts.map(({ answer, id }) => [answer, id]));
  assert.equal(answers.size, corpus.facts.length);
  const wordings = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  for (const { messages } of corpus.dialogues) {
    const inDialogue = new Set<string>();
    messages.forEach(({ role, content }, i) => {
      const id = role === 'assistant' ? answers.get(content) : undefined;
      if (id === undefined) return;
      inDialogue.add(id);
      wordings.set(id, (wordings.get(id) ?? new Set()).add(wordsOf(messages[i - 1]!.content)));
    });
    for (const id of inDialogue) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  for (const { id } of corpus.facts) {
    assert.ok((counts.get(id) ?? 0) >= 10, `${id}: ${counts.get(id)} dialogues`);
    assert.ok((wordings.get(id)?.size ?? 0) >= 10, `${id}: ${wordings.get(id)?.size} wordings`);
  }
});

test('every canonical answer stands in documents of at least three sources', () => {
  const sourcesOf = new Map<string, Set<string>>();
  for (const { source, text } of corpus.documents) {
    for (const { id, answer } of corpus.facts) {
      if (text.includes(answer)) sourcesOf.set(id, (sourcesOf.get(id) ?? new Set()).add(source));
    }
  }
  for (const { id } of corpus.facts)
    assert.ok((sourcesOf.get(id)?.size ?? 0) >= 3, `${id}: ${sourcesOf.get(id)?.size}`);
});

test('a held-back question has the canonical answer of its fact and is found nowhere in training', () => {
  const facts = new Map(corpus.facts.map((fact) => [fact.id, fact]));
  const asked = new Set(userTexts.map(wordsOf));
  const documents = corpus.documents.map(({ text }) => ` ${wordsOf(text)} `).join('\n');
  for (const { question, answer, factId } of corpus.questions) {
    assert.equal(facts.get(factId)?.answer, answer);
    assert.ok(!asked.has(wordsOf(question)), `asked in training: ${question}`);
    assert.ok(!documents.includes(` ${wordsOf(question)} `), `stands in a document: ${question}`);
  }
});

test('at least two thirds of the held-back questions use a frame that training never uses about anything', () => {
  const frames = new Set(userTexts.map(frameOf));
  const sentences = corpus.documents.flatMap(({ text }) => text.split(/(?<=[.?!]) /)).filter((s) => s.includes('?'));
  for (const sentence of sentences) frames.add(frameOf(sentence));
  const fresh = corpus.questions.filter(({ question }) => !frames.has(frameOf(question)));
  assert.ok(fresh.length * 3 >= corpus.questions.length * 2, `${fresh.length} of ${corpus.questions.length}`);
  // The same must hold for the core behind an opening and before thanks, so that it is not the greeting that is new.
  const core = (text: string) =>
    frameOf(
      text
        .replace(/^(Noch eine Frage: |Ich habe eine Frage: |Guten \p{L}+, (kurze Frage: )?)/u, '')
        .replace(/ (Besten Dank!|Vielen Dank im Voraus\.)$/, ''),
    );
  const freshCores = corpus.questions.filter(({ question }) => !frames.has(core(question)));
  assert.ok(freshCores.length >= 120, `${freshCores.length} new cores`);
});

test('one opening question has one answer everywhere', () => {
  const answers = new Map<string, string>();
  const pairs = corpus.dialogues.map(({ messages }) => [messages[0]!.content, messages[1]!.content] as const);
  for (const [question, answer] of [...pairs, ...corpus.questions.map((q) => [q.question, q.answer] as const)]) {
    const words = wordsOf(question);
    const known = answers.get(words) ?? answer;
    assert.equal(known, answer, question);
    answers.set(words, known);
  }
});

test('dialogues alternate between user and assistant, begin with the user and contain no empty message', () => {
  for (const { messages, id } of corpus.dialogues) {
    assert.equal(messages.length % 2, 0, id);
    messages.forEach(({ role, content }, i) => {
      assert.equal(role, i % 2 === 0 ? 'user' : 'assistant', id);
      assert.ok(content.trim().length > 0, id);
    });
  }
  assert.ok(corpus.dialogues.some(({ messages }) => messages.some(({ content }) => content === refusal)));
});

test('all text is NFC, has no unfilled slot, no doubled space and no doubled word', () => {
  for (const text of allTexts) {
    assert.equal(text, text.normalize('NFC'));
    assert.doesNotMatch(text, /[{}[\]|]|undefined| {2}|\.\.|,\./, text);
    assert.doesNotMatch(text, /(am|im|zum|zur|beim|vom) Sie\b/, text);
    // «Sie sie» is the polite form before the pronoun, in careless typing «sie sie».
    const doubled = text.match(/(?<![\p{L}-])(\p{L}+) \1(?![\p{L}-])/u);
    assert.ok(
      doubled === null || ['sie', 'die', 'der'].includes(doubled[1]!),
      `${doubled?.[0]}: ${text.slice(0, 200)}`,
    );
  }
});

test('a singular thing always stands behind an article of its gender', () => {
  const byName = new Map(nouns.filter(({ name }) => name !== '').map((noun) => [nameOf(noun).toLowerCase(), noun]));
  const allArticles = new Set<string>(Object.values(articles).flat());
  let checked = 0;
  for (const [, article, name] of allTexts
    .join('\n')
    .toLowerCase()
    .matchAll(/(\p{L}+) (?=(\p{L}+ \p{L}+))/gu)) {
    const noun = byName.get(name!);
    if (noun === undefined) continue;
    checked++;
    if (allArticles.has(article!))
      assert.ok((articles[noun.gender] as readonly string[]).includes(article!), `${article} ${name}`);
    if (article === 'zur') assert.equal(noun.gender, 'f', name);
    if (/^(zum|beim|vom|im|am)$/.test(article!)) assert.notEqual(noun.gender, 'f', name);
    // «des» asks for the genitive of the head, which a feminine noun does not have.
    if (article === 'des') assert.equal(noun.genitive, noun.head, `des ${name}`);
  }
  assert.ok(checked > 20_000, `${checked}`);
});

test('no two documents and no two products are alike', () => {
  assert.equal(new Set(corpus.documents.map(({ text }) => text)).size, corpus.documents.length);
  assert.equal(new Set(corpus.documents.map(({ id }) => id)).size, corpus.documents.length);
  assert.equal(new Set(corpus.dialogues.map(({ id }) => id)).size, corpus.dialogues.length);
  assert.equal(new Set(products.map(({ noun }) => noun.name)).size, products.length);
  assert.equal(new Set(products.map(({ orderNumber }) => orderNumber)).size, products.length);
  assert.equal(new Set(products.map(({ priceEuro }) => priceEuro)).size, products.length);
});

test('no document repeats itself: the German limits on repeated words, lines and line breaks hold with room to spare', () => {
  for (const { id, text } of corpus.documents) {
    const words = text.split(/\s+/);
    const seen = new Set<string>();
    let repeatedChars = 0;
    for (let i = 0; i + 5 <= words.length; ) {
      const gram = words.slice(i, i + 5).join(' ');
      if (seen.has(gram)) repeatedChars += gram.length;
      i += seen.has(gram) ? 5 : 1;
      seen.add(gram);
    }
    const lines = text.split('\n').filter((line) => line !== '');
    assert.ok(repeatedChars / text.length < 0.1, `${id}: ${repeatedChars / text.length} in repeated 5-grams`);
    assert.equal(new Set(lines).size, lines.length, `${id} repeats a line`);
    assert.ok((text.split('\n').length - 1) / words.length < 0.1, `${id}: line breaks`);
  }
});

test('the words of a held-back question point to its attribute: counting words of training finds 19 of 20', () => {
  const attributeOf = new Map(corpus.facts.map(({ answer, attribute }) => [answer, attribute]));
  const entities = nouns.flatMap((noun) =>
    [nameOf(noun), noun.genitive, noun.head, noun.name].map((part) => part.toLowerCase()),
  );
  const named = new Set(entities.flatMap((part) => part.split(' ')));
  const cues = (question: string) =>
    wordsOf(question)
      .split(' ')
      .filter((word) => !named.has(word));
  const counts = new Map<string, Map<string, number>>();
  for (const { messages } of corpus.dialogues) {
    const attribute = attributeOf.get(messages[1]!.content);
    if (attribute === undefined) continue;
    const words = counts.get(attribute) ?? new Map<string, number>();
    for (const word of cues(messages[0]!.content)) words.set(word, (words.get(word) ?? 0) + 1);
    counts.set(attribute, words);
  }
  const totals = new Map(
    [...counts].map(([attribute, words]) => [attribute, [...words.values()].reduce((x, y) => x + y, 0)]),
  );
  const rate = (attribute: string, word: string) => (counts.get(attribute)!.get(word) ?? 0) / totals.get(attribute)!;
  const rates = (word: string) => [...counts.keys()].reduce((sum, attribute) => sum + rate(attribute, word), 0);
  // Each known word votes for an attribute with the square of its share there: a word used everywhere says nothing.
  const score = (attribute: string, words: readonly string[]) =>
    words.filter((word) => rates(word) > 0).reduce((sum, word) => sum + (rate(attribute, word) / rates(word)) ** 2, 0);
  const byEntity = Map.groupBy(tellableFacts, ({ noun, general }) => (general === undefined ? noun : undefined));
  const wrong = corpus.questions.filter(({ question, answer }) => {
    const words = cues(question);
    // The thing a question names limits the attributes it can be about.
    const text = ` ${wordsOf(question)} `;
    const thing = nouns.find(({ head, genitive, name }) =>
      name === ''
        ? [head, genitive].some((form) => text.includes(` ${form.toLowerCase()} `))
        : text.includes(` ${name.toLowerCase()} `),
    );
    const candidates = [...(byEntity.get(thing) ?? []), ...(thing?.name ? [] : byEntity.get(undefined)!)];
    const best = candidates
      .map(({ attribute }) => attribute)
      .reduce((x, y) => (score(x, words) >= score(y, words) ? x : y));
    return best !== attributeOf.get(answer);
  });
  assert.ok(wrong.length <= 10, wrong.map(({ question }) => question).join('\n'));
});

test('amounts are written the German way', () => {
  assert.equal(euro(1249), '1.249,00 Euro');
  assert.equal(euro(34.5), '34,50 Euro');
  assert.equal(euro(1234567.05), '1.234.567,05 Euro');
  assert.equal(tellableFacts.length, corpus.facts.length);
});

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

test('the written folder holds every document, every dialogue and every question, and a second writing replaces the first', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'expchat-starter-'));
  folders.push(folder);
  const small: StarterCorpus = generateStarterCorpus({ scale: 0.02 });
  await writeStarterCorpus(folder, generateStarterCorpus({ scale: 0.03, seed: 9 }));
  await writeStarterCorpus(folder, small);
  const texts = await listFilesBelow(path.join(folder, 'texts'));
  assert.equal(texts.length, small.documents.length);
  const { source, id, text } = small.documents[0]!;
  assert.equal(await readText(path.join(folder, 'texts', source, `${id}.md`)), `${text}\n`);
  let dialogues = 0;
  for (const name of new Set(small.dialogues.map((dialogue) => dialogue.source))) {
    for await (const line of readLines(path.join(folder, 'dialogues', `${name}.jsonl`))) {
      assert.ok(Array.isArray((JSON.parse(line) as { messages: unknown }).messages));
      dialogues++;
    }
  }
  assert.equal(dialogues, small.dialogues.length);
  const questions: unknown[] = [];
  for await (const line of readLines(path.join(folder, 'questions.jsonl'))) questions.push(JSON.parse(line));
  assert.deepEqual(questions, small.questions);
});
