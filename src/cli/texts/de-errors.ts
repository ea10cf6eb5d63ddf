/** German texts of errors: by code where a person meets them often, by field where they name a value. */

import type { ConfigProblem } from '../config.ts';
import type { Expectation } from '../config-schema.ts';
import { createFormat } from '../language.ts';

export interface ErrorText {
  readonly message?: string;
  readonly next?: string;
}

const bytes = (value: unknown): string => createFormat('de').bytes(Number(value));

type Fields = Readonly<Record<string, unknown>>;
export type ErrorTexts = Readonly<Record<string, ((fields: Fields) => ErrorText) | undefined>>;

export const expectations = {
  integer: (low: number, high: number) => `erwartet wird eine ganze Zahl von ${low} bis ${high}`,
  number: (low: number, high: number) => `erwartet wird eine Zahl von ${low} bis ${high}`,
};

function expected(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'integer':
    case 'number':
      return expectations[expectation.kind](expectation.low, expectation.high);
    case 'boolean':
      return 'erwartet wird true oder false';
    case 'choice':
      return `erwartet wird eines von ${expectation.values.join(', ')}`;
    case 'text':
      return `erwartet wird ein Text von 1 bis ${expectation.maximum} Zeichen${
        expectation.form ? ` (${expectation.form})` : ''
      }`;
    case 'list':
      return 'erwartet wird eine Liste';
    case 'texts':
      return 'erwartet wird eine Liste von Texten';
    case 'section':
      return 'erwartet wird ein Abschnitt mit Namen und Werten';
    case 'source':
      return 'erwartet wird eine Quelle mit id und einem von path, url, urls, sitemap und preset';
    case 'rule':
      return `erwartet wird ${rule(expectation.rule)}`;
  }
}

const RULE_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^a divisor of /, 'ein Teiler von '],
  [/^at most /, 'höchstens '],
  [/^at least /, 'mindestens '],
  [/^an even number$/, 'eine gerade Zahl'],
  [
    /^no (\w+) in a source of the kind (\w+): it is named by (.+)$/,
    'kein $1 bei einer Quelle der Art $2; sie wird angegeben mit $3',
  ],
  [/^exactly one of (.+) in a source of the kind (\w+)$/, 'genau eines von $1 bei einer Quelle der Art $2'],
  [/^no (\w+) beside preset, which says it itself$/, 'kein $1 neben preset, das es selbst festlegt'],
  [/^an? (url|sitemap), for example (.+)$/, 'eine Adresse als $1, zum Beispiel $2'],
  [/^at least one address in urls$/, 'wenigstens eine Adresse in urls'],
  [/^every address of urls once$/, 'jede Adresse in urls einmal'],
  [/^the kind (.+) for the content (.+)$/, 'die Art (kind) $1 für den Inhalt $2'],
  [/^the content (.+) in a source of the kind (\w+)$/, 'der Inhalt (content) $1 bei einer Quelle der Art $2'],
  [/^(\w+) in a source of the kind (\w+) alone$/, '$1 nur bei einer Quelle der Art $2'],
  [/^columns with (.+) for a table with the content (\w+)$/, 'columns mit $1 für eine Tabelle mit dem Inhalt $2'],
  [/^(\w+) only where a source has many files$/, '$1 nur, wo eine Quelle viele Dateien hat'],
  [/^(\w+) only beside (.+)$/, '$1 nur neben $2'],
  [/^a date as YYYY-MM-DD$/, 'ein Datum wie 2030-12-31'],
];

function rule(words: string): string {
  return RULE_WORDS.reduce((text, [english, german]) => text.replace(english, german), words);
}

function problem(found: ConfigProblem, _english: (found: ConfigProblem) => string): string {
  const place = [found.where, found.key].filter((part) => part !== '').join(': ');
  const at = place === '' ? '' : `${place}: `;
  if (found.problem === 'unknown key') {
    const meant = found.suggestion === undefined ? '' : ` Meinten Sie ${found.suggestion}?`;
    return `${at}Diesen Namen gibt es nicht.${meant}`;
  }
  if (found.problem === 'syntax') return `${at}Das ist kein gültiges YAML (${found.got})`;
  return `${at}${expected(found.expected)}, gefunden wurde ${found.got}`;
}

const path = ({ path: file }: Fields) => String(file);

/** A whole source against the lock, or one file of it against its pin. */
function changedSource(fields: Fields): string {
  const { source, origin } = fields;
  if (!('pinnedFiles' in fields))
    return `Quelle ${source}: ${origin} hat jetzt einen anderen Inhalt als beim ersten Holen.`;
  const start = `Quelle ${source}: anders als in ${origin} festgehalten`;
  if (!('added' in fields)) return `${start}.`;
  const count = (name: string) => (fields[name] as readonly unknown[]).length;
  return `${start} (${count('added')} neu, ${count('changed')} geändert, ${count('removed')} entfernt).`;
}

const CHANGED: Readonly<Record<string, string>> = {
  phase: 'Phase',
  'packed data': 'gepackter Korpus',
  tokenizer: 'Tokenizer',
  'model config': 'Modell',
  'training recipe': 'Training',
};

function changesInGerman(changes: unknown): string {
  if (!Array.isArray(changes)) return '';
  return changes
    .map(({ what, key, was, is }) => {
      const name = CHANGED[what] ?? what;
      return key === undefined ? name : `${name}, ${key} (${was}, jetzt ${is})`;
    })
    .join('; ');
}

const byCode: ErrorTexts = {
  'config.invalid': () => ({ next: 'Berichtigen Sie den Wert und starten Sie den Befehl noch einmal.' }),
  'config.not-found': ({ directory }) => ({
    message: `In ${directory} gibt es keine expchat.yaml.`,
    next: 'Legen Sie mit `expchat init` eine an, oder nennen Sie eine Datei mit -c.',
  }),
  'model.not-found': ({ name, directory, known }) => ({
    message:
      name === ''
        ? `In ${directory} gibt es noch kein trainiertes Modell.`
        : `${name}: weder ein Modellordner noch der Name eines Laufs.`,
    next:
      Array.isArray(known) && known.length > 0
        ? `Vorhanden sind: ${known.join(', ')}.`
        : 'Trainieren Sie eines mit `expchat train`, oder starten Sie `expchat start`.',
  }),
  'cli.set-form': ({ got }) => ({
    message: `--set: erwartet wird name=wert, gefunden wurde ${JSON.stringify(got)}.`,
    next: 'Schreiben Sie zum Beispiel --set pretrain.steps=500.',
  }),
  'cli.exists': ({ path: place }) => ({
    message: `${place} ist schon vorhanden.`,
    next: 'Wählen Sie einen anderen Ort, oder ersetzen Sie es mit --force.',
  }),
  'cli.token-id': ({ got, vocabularySize }) => ({
    message: `Token-Nummer: erwartet wird eine ganze Zahl von 0 bis ${Number(vocabularySize) - 1}, gefunden wurde ${JSON.stringify(got)}.`,
  }),
  'cli.empty-prompt': () => ({ message: 'Es fehlt der Text, als Angabe oder auf der Standardeingabe.' }),
  'cli.update-offline': () => ({
    message: '--update und --offline schließen einander aus.',
    next: 'Lassen Sie --offline weg, um zu sehen, was die Quellen jetzt enthalten, oder --update, um die vorhandenen Kopien zu nehmen.',
  }),
  'cli.forget-one': () => ({
    message: 'Es sind mehrere Dinge genannt.',
    next: 'Vergessen Sie eines nach dem anderen.',
  }),
  'cli.forget-what': () => ({
    message: 'Es ist nicht genannt, was vergessen werden soll.',
    next: 'Nennen Sie eine Quelle, ein Dokument oder einen Text, zum Beispiel expchat corpus forget --document "briefe#anna.txt".',
  }),
  'corpus.nothing-to-forget': ({ value }) => ({
    message: `${JSON.stringify(value)} ist in diesem Projekt nicht zu finden.`,
    next: '`expchat corpus trace` findet die Kennung eines Dokuments an einem Stück seines Textes.',
  }),
  'corpus.bad-query': () => ({
    message: 'Der gesuchte Text muss 1 bis 2000 Wörter haben.',
    next: 'Geben Sie einen Satz oder einige Wörter daraus an.',
  }),
  'corpus.bad-forget-file': (fields) => ({
    message: `${path(fields)} ist keine Liste des Vergessenen.`,
    next: 'Holen Sie die Datei aus einer Sicherung zurück: Ohne sie käme das Vergessene wieder.',
  }),
  'corpus.broken-receipts': ({ path: file, line }) => ({
    message: `${file}, Zeile ${line}: Dieser Beleg schließt nicht an den vorigen an.`,
    next: 'Die Belege wurden nachträglich verändert; holen Sie die Datei aus einer Sicherung zurück.',
  }),
  'corpus.no-sources': () => ({
    message: 'Es ist keine Quelle angegeben.',
    next: 'Nennen Sie unter corpus.sources in der expchat.yaml einen Ordner, eine Datei oder eine Adresse.',
  }),
  'corpus.missing': ({ id, path: file }) => ({
    message: `Quelle ${id}: ${file} wurde nicht gefunden.`,
    next: 'Prüfen Sie den Pfad der Quelle; er beginnt beim Ordner der expchat.yaml.',
  }),
  'corpus.empty-source': ({ id, path: file, filesSeen }) => ({
    message: `Quelle ${id}: In ${file} ist keine der ${filesSeen} Dateien von einer bekannten Art.`,
    next: 'Bekannt sind .txt .md .markdown .html .htm .jsonl; für Dialoge nur .jsonl. Prüfen Sie auch include.',
  }),
  'corpus.empty': () => ({
    message: 'Nach dem Filtern ist kein Dokument übrig.',
    next: 'Was warum weggelassen wurde, steht in data/filtered/report.json.',
  }),
  'corpus.one-source': ({ source, needed, sources }) => ({
    message: `Um Quellen zurückzuhalten, braucht es mindestens ${needed}; es gibt ${sources}, darunter ${source}. Quellen mit fast gleichen Dokumenten zählen als eine.`,
    next: 'Nehmen Sie eine Quelle hinzu, oder setzen Sie sourcePer: file oder corpus.validationShare: 0.',
  }),
  'corpus.no-dialogues': ({ sets }) => ({
    message: `In ${sets} ist kein Dialog, auf den die Angaben passen.`,
    next: 'Nehmen Sie eine Quelle mit content: chat hinzu und starten Sie `expchat corpus run`, oder nennen Sie eine andere Quelle, einen anderen Dialog oder eine andere Seite.',
  }),
  'corpus.no-dialogue-columns': ({ expected, columns }) => ({
    message: `In der Tabelle fehlen die Spalten ${String(expected).replace(' and ', ' und ')}; es gibt ${columns}.`,
    next: 'Nennen Sie die Spalten der Quelle, zum Beispiel columns: {question: Frage, answer: Antwort}.',
  }),
  'corpus.no-own-addresses': ({ got }) => ({
    message: `Aus Mails werden Dialoge, wenn Ihre eigenen Adressen oder Domains angegeben sind; gefunden wurde: ${got}.`,
    next: 'Setzen Sie ownAddresses der Quelle, zum Beispiel [firma.de, service@example.org].',
  }),
  'corpus.bad-clusters': (fields) => ({
    message: `${path(fields)} ist nicht so, wie das Filtern es schreibt.`,
    next: 'Starten Sie `expchat corpus filter` noch einmal.',
  }),
  'corpus.no-stage': ({ path: file }) => ({
    message: `${file}: Der Schritt davor ist noch nicht fertig.`,
    next: 'Starten Sie `expchat corpus run` für alle Schritte.',
  }),
  'corpus.damaged': (fields) => ({
    message: `${path(fields)} wurde nach dem Schreiben verändert.`,
    next: 'Entfernen Sie den Ordner und starten Sie den Schritt noch einmal.',
  }),
  'corpus.reserved-source': ({ id }) => ({
    message: `Eine Quelle darf nicht ${id} heißen; so heißt schon eine Liste des Filters.`,
    next: 'Geben Sie der Quelle unter corpus.sources eine andere id.',
  }),
  'corpus.no-document': ({ id }) => ({
    message: `Es gibt kein aufbereitetes Dokument mit der Kennung ${JSON.stringify(id)}.`,
    next: 'Die Kennungen stehen in data/filtered/decisions.jsonl und in den Dateien von data/prepared.',
  }),
  'corpus.bad-question': ({ path: file, record }) => ({
    message: `${file}, Zeile ${record}: Hier fehlt der Text der Frage.`,
    next: 'Nennen Sie die Spalte oder das Feld question.',
  }),
  'corpus.judging-failed': () => ({
    message: 'Ein Thread, der Dokumente beurteilt, ist abgebrochen.',
    next: 'Starten Sie denselben Befehl noch einmal, mit weniger anderer Arbeit auf dem Rechner.',
  }),
  'corpus.no-reader': () => ({
    message: 'Der Prozess konnte keinen weiteren Faden zum Lesen der Dateien starten.',
    next: 'Geben Sie Arbeitsspeicher frei und starten Sie denselben Befehl erneut.',
  }),
  'corpus.no-set': ({ set }) => ({
    message: `Im gepackten Korpus fehlt der Teil ${set}.`,
    next: String(set).startsWith('chat')
      ? 'Nehmen Sie eine Quelle mit content: chat hinzu und starten Sie `expchat corpus run`, oder trainieren Sie mit --phase pretrain.'
      : 'Nehmen Sie eine Quelle mit Text hinzu und starten Sie `expchat corpus run`.',
  }),
  'corpus.source-changed': (fields) => ({
    message: changedSource(fields),
    next: 'Ist das gewollt, dann holt `expchat corpus fetch --update` den neuen Stand.',
  }),
  'corpus.offline': ({ source, url }) => ({
    message: `Quelle ${source}: Von ${url} gibt es hier keine vollständige Kopie.`,
    next: 'Holen Sie die Quelle einmal ohne --offline.',
  }),
  'corpus.locked': ({ pid, path: file }) => ({
    message: `An diesem Korpus arbeitet schon ein anderer Lauf (Prozess ${pid ?? 'unbekannt'}).`,
    next: `Warten Sie auf ihn, oder halten Sie ihn an. Läuft keiner, dann entfernen Sie ${file}.`,
  }),
  'corpus.retention-ended': ({ id, retainUntil }) => ({
    message: `Quelle ${id}: Die Frist endete am ${retainUntil}.`,
    next: `Nehmen Sie die Quelle aus der expchat.yaml und starten Sie \`expchat corpus forget ${id}\`, oder berichtigen Sie das Datum.`,
  }),
  'corpus.archive-name': ({ path: file, member }) => ({
    message: `${file}: Ein Name im Archiv weist aus dem Archiv hinaus (${JSON.stringify(member)}).`,
    next: 'Verwenden Sie dieses Archiv nicht: In einem ehrlichen steht kein solcher Name.',
  }),
  'corpus.archive-bomb': ({ path: file }) => ({
    message: `${file}: Das Archiv wird beim Auspacken zu groß.`,
    next: 'Vertrauen Sie dem Archiv, dann erhöhen Sie caps bei seiner Quelle.',
  }),
  'corpus.archive-damaged': ({ path: file }) => ({
    message: `${file}: Das Archiv ist beschädigt.`,
    next: 'Holen oder kopieren Sie es noch einmal.',
  }),
  'corpus.archive-type': ({ path: file }) => ({
    message: `${file} ist weder zip noch tar noch tar.gz.`,
    next: 'Packen Sie die Datei mit ihrem eigenen Programm aus, und nennen Sie den Ordner als Quelle.',
  }),
  'corpus.bad-sitemap': ({ id }) => ({
    message: `Quelle ${id}: Die Sitemap ist nicht brauchbar.`,
    next: 'Öffnen Sie ihre Adresse im Browser, oder nennen Sie die Seiten unter urls.',
  }),
  'corpus.bad-lock': (fields) => ({
    message: `${path(fields)} ist keine gültige corpus.lock.json.`,
    next: 'Nehmen Sie die Datei wieder aus Ihrer Versionsverwaltung, oder entfernen Sie sie und holen Sie neu.',
  }),
  'corpus.bad-proxy': () => ({
    message: 'corpus.proxy ist keine Adresse wie http://proxy.example:3128.',
    next: 'Berichtigen Sie corpus.proxy oder EXPCHAT_CORPUS_PROXY.',
  }),
  'corpus.placeholder-secret': ({ shortest, got }) => ({
    message: `Das Geheimnis der Platzhalter hat ${got} Zeichen; erwartet werden mindestens ${shortest}.`,
    next: 'Nehmen Sie einen langen zufälligen Text, damit niemand durch Probieren das Geheimnis und dann die Werte findet.',
  }),
  'corpus.bad-certificate': () => ({
    message: 'Die Datei unter corpus.certificates enthält keine Zertifikate (PEM).',
    next: 'Nennen Sie eine Datei, die mit -----BEGIN CERTIFICATE----- beginnt.',
  }),
  'corpus.proxy-refused': ({ url, proxy }) => ({
    message: `Der Proxy ${proxy} lässt ${url} nicht durch.`,
    next: 'Verlangt er einen Namen und ein Passwort, dann setzen Sie EXPCHAT_CORPUS_PROXY.',
  }),
  'corpus.robots': ({ url }) => ({
    message: `${url}: Die robots.txt dieser Seite erlaubt das Abrufen nicht.`,
    next: 'Fragen Sie den Betreiber nach dem Dokument.',
  }),
  'corpus.address-refused': ({ host, address }) => ({
    message: `${host} zeigt auf ${address}, eine Adresse im eigenen Netz.`,
    next: 'Nennen Sie den Rechner Ihres eigenen Netzes unter corpus.allowPrivate, oder geben Sie die Dokumente als Ordner an.',
  }),
  'corpus.unreachable': ({ url }) => ({
    message: `${url} ist nicht erreichbar.`,
    next: 'Prüfen Sie das Netz und die Adresse der Quelle.',
  }),
  'corpus.stopped': () => ({ message: 'Der Schritt ist angehalten.', next: 'Derselbe Befehl setzt ihn fort.' }),
  'tokenizer.stopped': () => ({
    message: 'Der Tokenizer ist noch nicht fertig.',
    next: 'Starten Sie den Befehl noch einmal.',
  }),
  'tokenizer.exists': (fields) => ({
    message: `${path(fields)}: Hier ist schon ein Tokenizer.`,
    next: 'Nennen Sie mit -o einen anderen Ordner, oder ersetzen Sie ihn mit --yes.',
  }),
  'tokenizer.too-many-words': () => ({
    message: 'Der Text hat zu viele verschiedene Wörter.',
    next: 'Nehmen Sie weniger Text: Eine Stichprobe ergibt fast denselben Tokenizer.',
  }),
  'tokenizer.empty-corpus': () => ({
    message: 'Es ist kein Text da, auf dem der Tokenizer trainiert werden kann.',
    next: 'Prüfen Sie, ob die Schritte davor Dokumente behalten haben oder der Ordner Textdateien enthält.',
  }),
  'cli.peer-form': ({ got }) => ({
    message: `--peer: Erwartet wird Name=Pfad, gefunden wurde ${JSON.stringify(got)}.`,
    next: 'Schreiben Sie zum Beispiel --peer gpt2=./gpt2/tokenizer.json.',
  }),
  'cli.output-needed': () => ({
    message: 'Es fehlt der Ordner für den Tokenizer.',
    next: 'Nennen Sie ihn mit -o.',
  }),
  'cli.places-needed': () => ({
    message: '--output und --hold-out gelten nur für Textdateien, die Sie nennen.',
    next: 'Ein Projekt hat seinen Tokenizer im eigenen Ordner und hält zurück, was in expchat.yaml steht.',
  }),
  'tokenizer.damaged': (fields) => ({
    message: `${path(fields)}: Der Tokenizer ist beschädigt.`,
    next: 'Trainieren Sie ihn noch einmal, oder nehmen Sie die Datei aus einer Sicherung.',
  }),
  'train.stopped': ({ step }) => ({
    message: `Das Training ist nach Schritt ${step} angehalten; alles bis dahin ist gesichert.`,
    next: 'Fortsetzen: derselbe Befehl, bei `expchat train` mit --resume.',
  }),
  'train.run-exists': (fields) => ({
    message: `${path(fields)}: Diesen Lauf gibt es schon.`,
    next: 'Setzen Sie ihn mit --resume fort, beginnen Sie mit --fresh neu, oder nennen Sie mit --run einen anderen Namen.',
  }),
  'train.memory': ({ neededBytes, availableBytes, suggestion, keys, phase }) => ({
    message: `${phase === 'chat' ? 'Chat-Training' : 'Vortraining'}: Es braucht etwa ${bytes(neededBytes)} Arbeitsspeicher, frei sind ${bytes(availableBytes)}.`,
    next:
      suggestion === null
        ? 'Dafür ist jedes Modell zu groß. Trotzdem beginnen: --memory-check off.'
        : `${keys} würde ${bytes((suggestion as { trainingBytes: number }).trainingBytes)} brauchen. Trotzdem beginnen: --memory-check off.`,
  }),
  'train.dial-time': () => ({
    message: 'Für model.depth: auto fehlt eine Zeit in pretrain.minutes.',
    next: 'Nennen Sie die Zeit mit --minutes, oder die Tiefe als Zahl mit --depth.',
  }),
  'train.choice-damaged': (fields) => ({
    message: `${path(fields)}: Hier steht nicht das Modell, mit dem dieser Lauf begann.`,
    next: 'Stellen Sie die Datei wieder her, oder beginnen Sie mit --fresh neu.',
  }),
  'train.locked': ({ pid, path: file }) => ({
    message: `In diesem Ordner trainiert schon der Prozess ${pid ?? 'unbekannt'}.`,
    next: `Warten Sie, oder beenden Sie ihn. Läuft keiner, dann entfernen Sie ${file}.`,
  }),
  'train.resume-mismatch': ({ changes }) => ({
    message: `Der Lauf begann mit anderen Werten: ${changesInGerman(changes)}.`,
    next: 'Machen Sie die Änderung rückgängig, oder beginnen Sie mit --fresh neu.',
  }),
  'train.no-data': () => ({
    message: 'Zum Trainieren fehlen Dokumente.',
    next: 'Packen Sie zuerst einen Korpus: `expchat corpus run`.',
  }),
  'train.diverged': ({ step, path: file, lastCheckpoint }) => ({
    message: `Das Training kommt bei Schritt ${step} nicht mehr voran. Der letzte gute Stand ist ${lastCheckpoint ?? 'der Anfang'}.`,
    next: `Daten, Tensoren und Verluste stehen in ${file}. Beginnen Sie mit einer kleineren Lernrate neu.`,
  }),
  'train.vocabulary-mismatch': ({ expected: size, got }) => ({
    message: `Modell und Daten passen nicht zusammen: erwartet werden ${size} Token, gefunden wurden ${got}.`,
    next: 'Packen Sie den Korpus mit dem Tokenizer dieses Modells: `expchat corpus pack`.',
  }),
  'train.no-valid-checkpoint': () => ({
    message: 'Kein Checkpoint dieses Laufs ist unbeschädigt.',
    next: 'Nehmen Sie einen aus einer Sicherung, oder beginnen Sie mit --fresh neu.',
  }),
  'runs.not-found': ({ name, known }) => ({
    message: name === '' ? 'Es gibt noch keinen Trainingslauf.' : `${name}: Diesen Trainingslauf gibt es nicht.`,
    next:
      Array.isArray(known) && known.length > 0
        ? `Vorhanden sind: ${known.join(', ')}.`
        : 'Beginnen Sie einen mit `expchat train`.',
  }),
  'runs.damaged': (fields) => ({
    message: `${path(fields)}: Die Aufzeichnung dieses Laufs ist beschädigt.`,
    next: 'Das Modell und seine Checkpoints sind davon nicht berührt.',
  }),
  'runs.port': ({ port }) => ({
    message: `Der Port ${port} ist nicht frei.`,
    next: 'Wählen Sie mit --port einen anderen, oder lassen Sie die Angabe weg.',
  }),
  'model.damaged': (fields) => ({
    message: `${path(fields)}: Das Modell ist beschädigt.`,
    next: 'Nehmen Sie einen anderen Checkpoint oder das Modell noch einmal aus seiner Quelle.',
  }),
  'infer.prompt-too-long': ({ promptTokens, context }) => ({
    message: `Die Frage ist mit ${promptTokens} Token zu lang; das Modell sieht ${context} auf einmal.`,
    next: 'Kürzen Sie die Frage oder die Anweisung.',
  }),
  'files.not-found': (fields) => ({ message: `${path(fields)} wurde nicht gefunden.`, next: 'Prüfen Sie den Pfad.' }),
  'files.disk-full': (fields) => ({
    message: `${path(fields)}: Auf dem Datenträger ist kein Platz mehr.`,
    next: 'Schaffen Sie Platz und starten Sie denselben Befehl noch einmal; nichts wurde halb geschrieben.',
  }),
  'files.no-permission': (fields) => ({
    message: `${path(fields)}: Der Zugriff ist nicht erlaubt.`,
    next: 'Prüfen Sie die Rechte der Datei und ihres Ordners.',
  }),
  'files.not-utf8': (fields) => ({
    message: `${path(fields)} ist kein Text in UTF-8.`,
    next: 'Speichern Sie die Datei als UTF-8.',
  }),
  'files.not-json': (fields) => ({ message: `${path(fields)} ist kein gültiges JSON.` }),
  'files.too-large-to-read': (fields) => ({
    message: `${path(fields)} ist mit ${fields['bytes']} Byte zu groß (höchstens ${fields['maxBytes']}).`,
  }),
};

export const errors = {
  heading: 'Fehler:',
  next: 'Was Sie tun können:',
  stopped: 'Angehalten:',
  stopping: 'Der laufende Schritt wird noch beendet. Noch einmal Strg+C bricht sofort ab.',
  noCommand: 'Welcher Unterbefehl? Es fehlt eine Angabe.',
  seeHelp: '`expchat --help` zeigt alle Befehle, `expchat <Befehl> --help` die Optionen eines Befehls.',
  didYouMean: (meant: string) => `Meinten Sie ${meant}?`,
  usage: (code: string, message: string, quoted: string): string => {
    switch (code) {
      case 'commander.unknownCommand':
        return `Den Befehl '${quoted}' gibt es nicht.`;
      case 'commander.unknownOption':
        return `Die Option '${quoted}' gibt es nicht.`;
      case 'commander.missingArgument':
        return `Es fehlt die Angabe '${quoted}'.`;
      case 'commander.optionMissingArgument':
        return `Zur Option '${quoted}' fehlt der Wert.`;
      case 'commander.excessArguments':
        return 'Es sind zu viele Angaben.';
      case 'commander.invalidArgument':
        return message
          .replace(/^option '(.*?)' argument '(.*)' is invalid\. /, "Option '$1': der Wert '$2' passt nicht; ")
          .replace(/Allowed choices are /, 'möglich sind ');
      default:
        return message;
    }
  },
  problem,
  byCode,
};
