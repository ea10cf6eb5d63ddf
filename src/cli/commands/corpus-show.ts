/** `expchat corpus show`: what is packed, and, with `--masks`, what of the dialogues is learned, before a training. */
import type { Command } from 'commander';
import { act, choiceOption, declare, integerOption, type Registration } from '../command.ts';
import type { MaskReport, MaskSample, PackingFacts } from '../services.ts';
import type { Session } from '../session.ts';
import { safeForTerminal, table } from '../terminal-text.ts';

interface ShowOptions {
  readonly masks?: boolean;
  readonly source?: string;
  readonly document?: string;
  readonly limit: number;
  readonly side?: keyof typeof SETS;
}

const SETS = { train: 'chat-train', validation: 'chat-val', test: 'chat-test' } as const;
const DEFAULT_LIMIT = 5;
/** Overlaps of documents named on the terminal; `packed/leakage.json` has more. */
const SHOWN_OVERLAPS = 3;
const GREEN = '\u001b[32m';
const DIM = '\u001b[2m';
const RESET = '\u001b[0m';

export function registerCorpusShow(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const { options } = texts;
  const command = declare(parent, registration, 'show', 'corpus show')
    .option('--masks', options.masks)
    .option('--source <id>', options.showSource)
    .option('--document <id>', options.showDocument)
    .option('--limit <count>', options.showLimit, integerOption(texts, 0, 100_000), DEFAULT_LIMIT)
    .addOption(choiceOption('--side <name>', options.showSide, Object.keys(SETS)));
  act<ShowOptions>(command, registration, async (session, given) => {
    const { project } = await session.openProject('required');
    const { source, document, limit, side } = given;
    if (given.masks !== true && source === undefined && document === undefined && side === undefined) {
      const facts = await session.services.packingFacts(project);
      session.result(facts, [...packingLines(session, facts), session.texts.corpus.folder(facts.directory)]);
      return 0;
    }
    const request = {
      limit,
      ...(side === undefined ? {} : { set: SETS[side] }),
      ...(source === undefined ? {} : { source }),
      ...(document === undefined ? {} : { document }),
    };
    const report = await session.work((work) => session.services.showMasks(project, request, work));
    if (session.flags.json) session.result(report, []);
    else printMasks(session, report);
    return report.faultyDocuments > 0 ? 1 : 0;
  });
}

/** What was packed, shares that the sources do not allow, and what the sides share. */
export function packingLines(session: Session, { sets, notices, overlaps }: PackingFacts): string[] {
  const { format } = session;
  const words = session.texts.packing;
  const { columns } = words;
  const rows = sets.map(({ set, sources, documents, tokens, learned }) => [
    `  ${words.sets[set]}`,
    ...[sources, documents, tokens].map((count) => format.integer(count)),
    learned === undefined ? '' : format.integer(learned),
  ]);
  const head = [`  ${columns.set}`, columns.sources, columns.documents, columns.tokens, columns.learned];
  const lines = table([head, ...rows], [1, 2, 3, 4]);
  for (const { kind, side, wanted, share, source, sourceShare, linkedSources } of notices) {
    const has = format.percent(sourceShare, 1);
    lines.push(`  ${words.shareMissed(kind, side, format.percent(wanted, 1), format.percent(share, 1))}`);
    lines.push(
      linkedSources > 1
        ? `    ${words.tooLinked(source, has, format.integer(linkedSources))}`
        : `    ${words.tooLarge(source, has)}`,
    );
  }
  for (const { held, other, coveredShare, sharingDocuments, heldDocuments, oneIn, longest } of overlaps) {
    const [documents, all] = [format.integer(sharingDocuments), format.integer(heldDocuments)];
    const sampled = oneIn === 1 ? '' : ` (${words.sampled(format.integer(oneIn))})`;
    lines.push(`  ${words.shared(held, other, format.percent(coveredShare, 1), documents, all)}${sampled}`);
    for (const span of longest.slice(0, SHOWN_OVERLAPS)) {
      lines.push(`    ${words.longest(format.integer(span.words), span.heldDocument, span.otherDocument)}`);
      lines.push(`      ${words.excerpt(span.excerpt)}`);
    }
  }
  return lines;
}

function printMasks(session: Session, report: MaskReport): void {
  const { format, context } = session;
  const words = session.texts.packing.masks;
  const paint = wantsColour(session);
  const write = (line: string) => void context.stdout.write(`${line}\n`);
  const shown = (text: string) => (context.stdout.isTTY === true ? safeForTerminal(text) : text);
  write(`${words.from[report.from]} ${paint ? words.legendColour : words.legend}`);
  for (const sample of report.samples) {
    write('');
    for (const line of sampleLines(session, sample, paint, shown)) write(line);
  }
  const { documents, tokens, learned, share, faultyDocuments } = report;
  write('');
  const counts = [documents, tokens, learned].map((count) => format.integer(count)) as [string, string, string];
  write(words.total(...counts, format.percent(share, 1)));
  if (documents > report.samples.length) write(words.shown(format.integer(report.samples.length)));
  if (faultyDocuments === 0) return;
  write(words.faulty(format.integer(faultyDocuments)));
  for (const { id, faults } of report.faulty) write(`  ${shown(id)}: ${faultWords(session, faults)}`);
}

const faultWords = (session: Session, faults: MaskSample['faults']): string =>
  faults.map((fault) => session.texts.packing.masks.faults[fault]).join(', ');

function sampleLines(session: Session, sample: MaskSample, paint: boolean, shown: (text: string) => string): string[] {
  const { format } = session;
  const words = session.texts.packing.masks;
  const { id, source, set, tokens, learned, turns, faults } = sample;
  const lines = [[id, ...(source === id ? [] : [source]), set].map(shown).join(' · ')];
  for (const turn of turns) {
    lines.push(`  ${words.roles[turn.role]}: ${words.turn(format.integer(turn.tokens), format.integer(turn.learned))}`);
    const text = turn.pieces.map((piece) => markedPiece(shown(piece.text), piece.learned, paint)).join('');
    lines.push(...text.split('\n').map((line) => `    ${line}`));
  }
  const share = format.percent(tokens === 0 ? 0 : learned / tokens, 1);
  lines.push(`  ${words.sample(format.integer(tokens), format.integer(learned), share)}`);
  if (faults.length > 0) lines.push(`  ! ${faultWords(session, faults)}`);
  return lines;
}

/** Colour is set anew on each line, so that a pager that shows a part of the output shows it right. */
function markedPiece(text: string, learned: boolean, paint: boolean): string {
  if (!paint) return learned ? `▸${text}◂` : text;
  const colour = learned ? GREEN : DIM;
  return text
    .split('\n')
    .map((line) => `${colour}${line}${RESET}`)
    .join('\n');
}

function wantsColour({ context, flags }: Session): boolean {
  const { env, stdout } = context;
  const wanted = flags.color ?? 'auto';
  const automatic =
    (stdout.isTTY === true && env['TERM'] !== 'dumb' && !env['NO_COLOR']) || Boolean(env['FORCE_COLOR']);
  return wanted === 'on' || (wanted === 'auto' && automatic);
}
