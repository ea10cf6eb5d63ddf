/**
 * What the command line asks of the rooms beneath: one function for each thing a user can do. Commands, menu and chat
 * know only this interface, so that tests run them with scripted services. It knows no terminal, no flag and no text.
 */
import type { WorkOptions } from '../base/index.ts';
import type { InspectedConversation } from '../chat/index.ts';
import type {
  DocumentExplanation,
  FilterReport,
  LearnedFromForgotten,
  PackedSet,
  SideOverlap,
  SplitNotice,
} from '../corpus/index.ts';
import type { TokenizerMeasures } from '../tokenizer/index.ts';
import type { DialRow, FitSuggestion, TrainingEstimate } from '../train/index.ts';
import type { Settings } from './config-schema.ts';
import type { Lineage } from './lineage-services.ts';

/** A folder with `expchat.yaml` and the settings that hold for it. */
export interface Project {
  readonly directory: string;
  readonly settings: Settings;
  /** Of `EXPCHAT_PLACEHOLDER_SECRET`; beside the settings, because those are shown and written down. */
  readonly placeholderSecret?: string;
  /** Keys that are set somewhere, as `model.width`; the dial leaves them as they are. */
  readonly given?: ReadonlySet<string>;
  /** How the model of `settings` was found, where the dial found it. */
  readonly dial?: ModelChoice;
}

/** What the dial decided; kept in the folder of the run, so that a resumed run goes on with the same model. */
export interface ModelChoice {
  readonly version: 1;
  readonly depth: number;
  /** Time that the depth was chosen for; 0 where the depth was given. */
  readonly minutes: number;
  /** The depths that were looked at; empty where the depth was given. */
  readonly rows: readonly DialRow[];
  /** Every key that the dial has a say in, with the value that holds. */
  readonly values: Readonly<Record<string, string | number | boolean>>;
  /** Those of them that were set by hand. */
  readonly byHand: readonly string[];
}

export type CorpusStage = 'fetch' | 'prepare' | 'filter' | 'pack';

/** What one corpus stage did. `dropped` counts by stable English reason. */
export interface CorpusReport {
  readonly stage: CorpusStage;
  readonly directory: string;
  readonly documentsIn: number;
  readonly documentsOut: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Only after `filter`. */
  readonly filter?: Pick<FilterReport, 'duplicates' | 'repeats' | 'decontamination' | 'personal'>;
  /** Pages and attachments that gave no text, in files that gave some; only after `prepare`. */
  readonly problems?: Readonly<Record<string, number>>;
  /** Letters read and kept, and what each named rule took (positive) or added; after `prepare` and `filter`. */
  readonly letters?: {
    readonly before: number;
    readonly after: number;
    readonly byRule: Readonly<Record<string, number>>;
  };
  /** Tokens in the packed sets; only after `pack`. */
  readonly tokens?: number;
  /** Only after `pack`. */
  readonly packing?: PackingFacts;
  /** True where everything was there already and nothing was done. */
  readonly upToDate: boolean;
}

/** What lies in `packed/`. */
export interface PackingFacts {
  readonly sets: readonly {
    readonly set: PackedSet;
    readonly documents: number;
    readonly tokens: number;
    /** Chat sets: tokens that are learned. */
    readonly learned?: number;
    readonly textBytes: number;
    readonly shards: number;
    readonly sources: number;
  }[];
  /** What the sides of the split share word for word. */
  readonly overlaps: readonly SideOverlap[];
  /** Shares of the bytes that the sources do not allow. */
  readonly notices: readonly SplitNotice[];
}

export type ChatSet = 'chat-train' | 'chat-val' | 'chat-test';

export interface MaskRequest {
  /** Undefined: the training set, or all where a source or document is named. */
  readonly set?: ChatSet;
  readonly source?: string;
  readonly document?: string;
  /** Dialogues in the report; all are counted and checked. */
  readonly limit: number;
}

export interface MaskSample extends InspectedConversation {
  readonly id: string;
  readonly source: string;
  readonly set: ChatSet;
}

export interface MaskReport {
  readonly from: 'packed' | 'filtered';
  readonly sets: readonly ChatSet[];
  readonly documents: number;
  readonly tokens: number;
  readonly learned: number;
  /** `learned / tokens`. */
  readonly share: number;
  /** Dialogues whose mask is not as it must be; the first 100 are named. */
  readonly faultyDocuments: number;
  readonly faulty: readonly Pick<MaskSample, 'id' | 'faults'>[];
  readonly samples: readonly MaskSample[];
}

export interface TokenizerReport {
  readonly directory: string;
  readonly vocabularySize: number;
  readonly hash: string;
  readonly bytesPerToken?: number;
  readonly upToDate: boolean;
  /** What a training just now saw and took. */
  readonly training?: TokenizerTrainingReport;
}

export interface TokenizerTrainingReport {
  readonly documents: number;
  readonly bytes: number;
  readonly words: number;
  readonly distinctWords: number;
  readonly merges: number;
  readonly stoppedEarly: boolean;
  /** True where the counts of a stopped training were taken. */
  readonly countsReused: boolean;
  readonly durationMs: number;
  readonly peakRssMb: number;
  /** Text files, where it was trained on files. */
  readonly files?: number;
  /** Files that are no text, in whole or in part, with the reason. */
  readonly leftOut?: readonly { readonly name: string; readonly reason: string }[];
}

/** How words are counted and merges learnt; what is undefined has its default. */
export interface TokenizerTrainingLimits {
  readonly maxTokenBytes?: number;
  readonly maxDocumentCharacters?: number;
  readonly maxTotalCharacters?: number;
  /** Undefined: as many as the machine has. */
  readonly threads?: number;
}

/** Training on text files, without a project. */
export interface TrainTokenizerRequest extends TokenizerTrainingLimits {
  readonly places: readonly string[];
  /** Where the tokenizer is written. */
  readonly directory: string;
  /** Whether a tokenizer that is there may be replaced. */
  readonly replace: boolean;
  readonly vocabularySize: number;
  readonly minFrequency?: number;
  /** Every so many-th file is left out; 0 leaves none out. */
  readonly holdOut?: number;
}

/** Which tokenizer to measure on which text. */
export interface TokenizerReportRequest {
  /** How the tokenizer is called in the report. */
  readonly name: string;
  readonly directory: string;
  /** The project whose validation side is measured; undefined where `places` are. */
  readonly project?: Project;
  readonly places: readonly string[];
  /** Only every so many-th file of `places`: those that a training with the same number left out. */
  readonly holdOut?: number;
  /** Tokenizers beside it: a name and a file or folder. */
  readonly peers: readonly { readonly name: string; readonly path: string }[];
  readonly htmlFile?: string;
  readonly language: 'de' | 'en';
}

export interface TokenizerReportResult extends TokenizerMeasures {
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** Files written. */
  readonly files: readonly string[];
}

export interface TokenizerHandle {
  readonly vocabularySize: number;
  readonly hash: string;
  readonly specialTokens: readonly string[];
  /** `special`: whether the text of a special token stands for that token; otherwise it is ordinary text. */
  encode(text: string, special: boolean): number[];
  decode(ids: readonly number[]): string;
  /** The bytes of one token as text, for display. */
  show(id: number): string;
}

export type TrainPhase = 'pretrain' | 'chat';

export interface TrainRequest {
  readonly phase: TrainPhase | 'both';
  /** Folder name below `runs/`, or a path. */
  readonly run: string;
  /** `resume` continues an existing run, `fresh` starts over; otherwise an existing unfinished run is refused. */
  readonly mode: 'new' | 'resume' | 'fresh';
  /** Of the page about the run; English without. */
  readonly language?: 'de' | 'en';
  /** What training may take; all of the machine's where it is not said. */
  readonly memoryBytes?: number;
}

/** What one phase will cost; speed and time are measured on this machine. */
export interface PlannedPhase extends TrainingEstimate {
  readonly phase: TrainPhase;
  /** Steps of the run that are made already. */
  readonly doneSteps: number;
  /** Only where the training does not fit into memory; the speed is not measured then. */
  readonly tooLarge?: { readonly suggestion?: FitSuggestion };
}

export interface TrainPlan {
  readonly run: string;
  readonly phases: readonly PlannedPhase[];
  /** What training may take. */
  readonly machineMemoryBytes: number;
  /** How the model was chosen, where the dial did. */
  readonly dial?: ModelChoice;
}

export interface ServeRunsRequest {
  /** Folder with the runs. */
  readonly directory: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly language: 'de' | 'en';
}

export interface TrainReport {
  readonly run: string;
  /** The finished model directory. */
  readonly model: string;
  readonly phases: readonly {
    readonly phase: TrainPhase;
    readonly steps: number;
    readonly lossNats: number;
    readonly validationLossNats?: number;
    readonly validationBitsPerByte?: number;
    readonly skippedSteps?: number;
    /** True where patience ended the phase before its length did. */
    readonly stoppedEarly?: boolean;
    readonly bestStep?: number;
    readonly bestLossNats?: number;
    readonly durationMs: number;
    /** The page about the run. */
    readonly page?: string;
  }[];
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** How the next token is chosen. `temperature` 0 is greedy; `topK` 0 and `topP` 1 are off. */
export interface SamplingSettings {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly stop: readonly string[];
}

export interface AnswerFacts {
  readonly stopReason: string;
  readonly promptTokens: number;
  readonly tokens: number;
  readonly durationMs: number;
  /** Messages of the dialogue that no longer fitted into the context. */
  readonly droppedMessages: number;
}

/** An opened model. `answer` and `complete` yield pieces of text and return the facts at the end. */
export interface ModelHandle {
  readonly directory: string;
  readonly parameters: number;
  readonly context: number;
  /** Documents it learned from were forgotten since. */
  readonly learnedFromForgotten?: LearnedFromForgotten;
  answer(
    messages: readonly ChatMessage[],
    sampling: SamplingSettings,
    signal?: AbortSignal,
  ): AsyncGenerator<string, AnswerFacts>;
  complete(prompt: string, sampling: SamplingSettings, signal?: AbortSignal): AsyncGenerator<string, AnswerFacts>;
  close(): Promise<void>;
}

export interface GridRow {
  readonly prompt: string;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
  readonly text: string;
  readonly tokens: number;
  readonly stopReason: string;
  /** Share of repeated n-grams, 0 .. 1. */
  readonly repetition: number;
}

export interface GridRequest {
  readonly model: string;
  /** Empty for the fixed prompts. */
  readonly prompts: readonly string[];
  readonly maxTokens: number;
  readonly seed: number;
  /** Of the HTML page. */
  readonly language: 'de' | 'en';
  readonly csvFile?: string;
  readonly htmlFile?: string;
}

export interface EvalReport {
  readonly model: string;
  readonly questions: number;
  readonly correct: number;
  /** `correct / questions`. */
  readonly share: number;
  readonly wrong: readonly { readonly question: string; readonly expected: string; readonly got: string }[];
  readonly bitsPerByte?: number;
}

export interface ModelFacts {
  readonly directory: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly bytes: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly provenance: Readonly<Record<string, unknown>>;
}

export interface BenchTrainRequest {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly mlp: number;
  readonly context: number;
  readonly batch: number;
  readonly vocab: number;
  readonly steps: number;
  /** Layers are computed again in the backward pass. */
  readonly recompute?: boolean;
  /** Undefined: as many as the machine has. */
  readonly threads?: number;
}

export interface BenchInferRequest {
  readonly model: string;
  readonly promptTokens: number;
  readonly tokens: number;
}

export interface BenchTokenizerRequest {
  /** Folder or file with text. */
  readonly text: string;
  /** Rank file of cl100k; undefined measures a tokenizer trained on the text. */
  readonly ranks?: string;
  /** Where other packages are looked for. */
  readonly directory: string;
  readonly vocabularySize: number;
  readonly rounds: number;
  /** About so many MB of the text are encoded in each round. */
  readonly sampleMb: number;
  /** Whether training is measured too, on the whole text. */
  readonly training: boolean;
}

export interface StarterReport {
  readonly directory: string;
  readonly documents: number;
  readonly dialogues: number;
  readonly bytes: number;
  readonly upToDate: boolean;
}

/** The whole corpus chain on folders of text. */
export interface BenchCorpusRequest {
  readonly folders: readonly string[];
  /** Times each text is taken, the further ones with small edits. */
  readonly copies: number;
  readonly vocabularySize: number;
  readonly threads: number;
}

/** Every operation throws `ExpChatError`; long ones take a signal and report progress. */
export interface Services {
  /**
   * `update` (fetch): take what the sources hold now, also where it is not what was pinned. `offline` (fetch): open no
   * connection. `held`: the caller has the project's data from `holdCorpus`.
   */
  corpusStage(
    project: Project,
    stage: CorpusStage,
    work: WorkOptions,
    options?: { readonly update?: boolean; readonly offline?: boolean; readonly held?: boolean },
  ): Promise<CorpusReport>;
  /** Every measure of one prepared document, and what the filter decided about it. */
  explainDocument(project: Project, id: string): Promise<DocumentExplanation>;
  /** Keeps other corpus runs out of the project's data until the returned function is called. */
  holdCorpus(project: Project): Promise<() => Promise<void>>;
  packingFacts(project: Project): Promise<PackingFacts & { readonly directory: string }>;
  showMasks(project: Project, request: MaskRequest, work: WorkOptions): Promise<MaskReport>;
  /** What can be asked of the documents of a project: trace, forget, report. */
  lineage(project: Project): Lineage;
  trainTokenizer(project: Project, work: WorkOptions, limits?: TokenizerTrainingLimits): Promise<TokenizerReport>;
  trainTokenizerOnFiles(request: TrainTokenizerRequest, work: WorkOptions): Promise<TokenizerReport>;
  reportTokenizer(request: TokenizerReportRequest, work: WorkOptions): Promise<TokenizerReportResult>;
  openTokenizer(directory: string): Promise<TokenizerHandle>;
  /**
   * The project with a model: what the dial decides where the model is left to it, as decided before where the run has begun,
   * as it is otherwise. May measure steps of several sizes.
   */
  chooseModel(project: Project, request: TrainRequest, work: WorkOptions): Promise<Project>;
  /** What a training will cost, before it starts; runs a few steps to measure the speed. */
  planTraining(project: Project, request: TrainRequest, work: WorkOptions): Promise<TrainPlan>;
  trainModel(project: Project, request: TrainRequest, work: WorkOptions): Promise<TrainReport>;
  /** Writes the page about a run to `file` and returns where it is. */
  writeRunReport(run: string, name: string, language: 'de' | 'en', file?: string): Promise<string>;
  /** Serves the page about the runs below `directory` to this machine until the signal fires; `onAddress` hears where. */
  serveRuns(request: ServeRunsRequest, onAddress: (address: string) => void, signal: AbortSignal): Promise<void>;
  openModel(directory: string): Promise<ModelHandle>;
  runGrid(request: GridRequest, work: WorkOptions): Promise<{ rows: readonly GridRow[]; files: readonly string[] }>;
  /** `questionsFile`: JSONL of `{question, answer}` or, where undefined, the questions the project holds back. */
  evaluate(
    project: Project | undefined,
    model: string,
    questionsFile: string | undefined,
    work: WorkOptions,
  ): Promise<EvalReport>;
  modelFacts(directory: string): Promise<ModelFacts>;
  /** The traced graph of the model's training step or decode step as readable text. */
  modelGraph(directory: string, which: 'train' | 'decode'): Promise<string>;
  /** Validates the model and copies it, without optimizer state, into `target`. */
  exportModel(directory: string, target: string, work: WorkOptions): Promise<ModelFacts>;
  /** Fills the project's sources with the starter corpus. */
  writeStarterCorpus(project: Project, work: WorkOptions): Promise<StarterReport>;
  /** Up to `count` of the starter corpus's held-back questions with their expected answers. */
  starterQuestions(count: number): Promise<readonly { question: string; answer: string }[]>;
  benchTrain(request: BenchTrainRequest, work: WorkOptions): Promise<Readonly<Record<string, unknown>>>;
  benchInfer(request: BenchInferRequest, work: WorkOptions): Promise<Readonly<Record<string, unknown>>>;
  benchCorpus(request: BenchCorpusRequest, work: WorkOptions): Promise<Readonly<Record<string, unknown>>>;
  benchTokenizer(request: BenchTokenizerRequest, work: WorkOptions): Promise<Readonly<Record<string, unknown>>>;
  /** Loads the engine's native library. Throws where it can not be loaded. */
  engineFacts(): Promise<{ readonly version: string; readonly providers: readonly string[] }>;
}
