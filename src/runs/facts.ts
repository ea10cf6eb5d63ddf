/** What a person wants to know of a run, as pairs of words and values; and what its caller said of data and machine. */
import { modelCost } from '../model/index.ts';
import { durationText, type Language, labelsOf, numberIn } from './labels.ts';
import { plannedSteps, type RunView, secondsLeft } from './run.ts';

/** The data of a training set, with its largest sources. */
export interface DataFacts {
  readonly documents: number;
  readonly tokens: number;
  readonly textBytes: number;
  readonly sourceCount: number;
  /** The largest ones, at most some twenty. */
  readonly sources: readonly {
    readonly id: string;
    readonly licence: string;
    readonly documents: number;
    readonly tokens: number;
  }[];
}

export interface MachineFacts {
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
}

/** What goes into `provenance` of a training for its report and model card. */
export interface RunProvenance {
  readonly dataFacts?: DataFacts;
  readonly machine?: MachineFacts;
  /** Assumed power of the machine. */
  readonly watts?: number;
}

export function wattHours(seconds: number, watts: number): number {
  return (seconds * watts) / 3600;
}

export type FactPairs = readonly (readonly [string, string])[];

/** Energy with its unit and what it assumes. */
function energyText(seconds: number, watts: number | undefined, language: Language): [string, string][] {
  if (watts === undefined) return [];
  const number = numberIn(language);
  const labels = labelsOf(language);
  const hours = wattHours(seconds, watts);
  const amount = hours < 1000 ? `${number(hours, 2)} Wh` : `${number(hours / 1000, 3)} kWh`;
  return [[labels.facts.energy, `${amount}, ${labels.assumption(number(watts))}`]];
}

export function factsOfRun(run: RunView, language: Language): FactPairs {
  const { head, log } = run;
  const { facts, status, phases, unknown } = labelsOf(language);
  const number = numberIn(language);
  const { last, best } = log;
  const validation = log.validations.at(-1);
  const seconds = last?.elapsedSeconds ?? 0;
  const left = secondsLeft(run);
  const provenance = head.provenance as RunProvenance;
  const planned = plannedSteps(head.recipe);
  const tokens = provenance.dataFacts?.tokens;
  const { machine } = provenance;
  const pairs: (readonly [string, string] | undefined)[] = [
    [facts.run, run.name],
    [facts.phase, phases[head.phase] ?? head.phase],
    [facts.state, status[run.status]],
    [facts.started, head.started],
    [facts.steps, `${number(last?.step ?? 0)}${planned === undefined ? '' : ` / ${number(planned)}`}`],
    log.skippedSteps > 0 ? [facts.skipped, number(log.skippedSteps)] : undefined,
    [facts.tokens, number(log.tokens)],
    tokens === undefined ? undefined : [facts.epochs, number(log.tokens / tokens, 3)],
    [facts.duration, durationText(seconds)],
    left === undefined ? undefined : [facts.left, durationText(left)],
    last === undefined || seconds === 0 ? undefined : [facts.speed, number(log.tokens / seconds)],
    ...energyText(seconds, provenance.watts, language),
    [facts.loss, typeof last?.lossNats === 'number' ? number(last.lossNats) : unknown],
    validation && [facts.validation, number(validation.lossNats)],
    validation && [facts.bitsPerByte, number(validation.bitsPerByte)],
    validation && [facts.accuracy, `${number(validation.accuracy * 100, 3)} %`],
    best && [facts.best, `${number(best.lossNats)} (${labelsOf(language).samples.step} ${number(best.step)})`],
    [facts.parameters, number(modelCost(head.config).parameters)],
    machine && [facts.machine, `${machine.processor}, ${machine.cores} × ${machine.platform}, Node ${machine.node}`],
    machine && [facts.memory, `${number(machine.memoryBytes / 1e9, 3)} GB`],
    [facts.version, head.codeVersion],
  ];
  return pairs.filter((pair) => pair !== undefined);
}

/** Values of a nested record, each with its path. */
export function flatSettings(value: object, at = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, item]) => {
    const name = at === '' ? key : `${at}.${key}`;
    if (typeof item === 'object' && item !== null) return flatSettings(item, name);
    return [[name, String(item)] as [string, string]];
  });
}
