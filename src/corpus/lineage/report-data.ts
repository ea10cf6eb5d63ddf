/**
 * What the report on a corpus tells: sources, drops, languages, lengths, duplicates, personal data, split, letters,
 * retention. All of it is read from what the stages wrote; what no stage wrote is absent. It holds no text of a document.
 */
/** A source as `expchat.yaml` names it. */
export interface DeclaredSource {
  readonly id: string;
  /** folder, file, http, archive, table, mail. */
  readonly kind: string;
  /** The address or, of a local one, the path as it was written. */
  readonly place?: string;
  readonly licence?: string;
  readonly purpose?: string;
  readonly legalBasis?: string;
  /** ISO date after which it is to be removed. */
  readonly retainUntil?: string;
  readonly weight?: number;
  readonly personalData?: string;
}

export interface SourceFacts extends DeclaredSource {
  /** Whether `expchat.yaml` still names it. */
  readonly declared: boolean;
  /** Parts that the split keeps whole: files or folders. */
  readonly parts: number;
  readonly files: number;
  readonly rawBytes: number;
  readonly documents: number;
  readonly kept: number;
  /** UTF-8 bytes of the kept content. */
  readonly textBytes: number;
  readonly tokens: number;
}

export interface DropExample {
  readonly id: string;
  readonly value?: number | string;
  readonly threshold?: number | string;
}

export interface PersonalFinding {
  readonly source: string;
  /** iban, phone, name and so on. */
  readonly kind: string;
  readonly count: number;
}

export interface DropFacts {
  readonly stage: 'prepare' | 'filter';
  /** Stable English name. */
  readonly reason: string;
  readonly documents: number;
  readonly bytes: number;
  readonly examples: readonly DropExample[];
}

export interface LengthFacts {
  /** Words from `from` up to but without `to`; the last has no end. */
  readonly bins: readonly { readonly from: number; readonly to?: number; readonly documents: number }[];
  readonly median: number;
  readonly mean: number;
  readonly longest: number;
}

export interface ClusterFacts {
  readonly kind: string;
  readonly kept: readonly string[];
  readonly members: readonly { readonly id: string; readonly similarity?: number }[];
  /** Members in all. */
  readonly size: number;
}

export interface DuplicateFacts {
  readonly exactClusters: number;
  readonly nearClusters: number;
  /** Documents in all clusters, kept ones with them. */
  readonly documents: number;
  /** The largest ones. */
  readonly examples: readonly ClusterFacts[];
}

export interface SetFacts {
  readonly set: string;
  readonly sources: number;
  readonly documents: number;
  readonly textBytes: number;
  readonly tokens: number;
  /** Of the bytes of its kind: texts or dialogues. */
  readonly share: number;
}

export interface LeakageFacts {
  readonly held: string;
  readonly other: string;
  readonly heldDocuments: number;
  readonly sharingDocuments: number;
  readonly coveredShare: number;
  /** Words of the longest stretch that both sides have. */
  readonly longestWords: number;
}

export interface LetterFacts {
  readonly stage: 'prepare' | 'filter';
  readonly before: number;
  readonly after: number;
  /** Taken (positive) or added (negative). */
  readonly rules: readonly { readonly rule: string; readonly letters: number }[];
}

export interface CorpusReportData {
  readonly format: 'expchat-corpus-report';
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly codeVersion: string;
  readonly totals: {
    readonly sources: number;
    readonly files: number;
    readonly rawBytes: number;
    readonly documents: number;
    readonly kept: number;
    readonly textBytes: number;
    readonly tokens: number;
    readonly dialogues: number;
  };
  readonly sources: readonly SourceFacts[];
  readonly licences: readonly {
    readonly licence: string;
    readonly sources: number;
    readonly documents: number;
    readonly textBytes: number;
    readonly tokens: number;
  }[];
  readonly drops: readonly DropFacts[];
  /** Parts of files that could not be read, in files that gave documents. */
  readonly problems: readonly Pick<DropFacts, 'reason' | 'documents' | 'examples'>[];
  /** What was cut out of documents that stayed. */
  readonly cuts: readonly { readonly reason: string; readonly count: number }[];
  readonly languages: readonly { readonly language: string; readonly documents: number; readonly textBytes: number }[];
  readonly lengths?: LengthFacts;
  readonly duplicates?: DuplicateFacts;
  readonly personal: readonly PersonalFinding[];
  readonly split?: {
    readonly validationRatio: number;
    readonly testRatio?: number;
    readonly seed: number;
    readonly sets: readonly SetFacts[];
  };
  readonly leakage: readonly LeakageFacts[];
  readonly letters: readonly LetterFacts[];
  readonly dates?: { readonly first: string; readonly last: string };
  readonly forgotten: { readonly receipts: number; readonly documents: number; readonly last?: string };
  /** Sources whose time is over, with the command that removes them. */
  readonly expired: readonly { readonly id: string; readonly retainUntil: string; readonly command: string }[];
  readonly tokenizer?: { readonly hash: string; readonly vocabularySize: number };
}
