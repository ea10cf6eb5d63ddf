/**
 * The one error type of the house. It carries a stable code, machine-readable fields and, where there is one, the next
 * thing to do. It knows no domain: codes are made in the rooms, as `room.what-happened`.
 */

/** What an error means to the process that ends with it; the command line maps each kind to one exit code. */
export type ErrorKind =
  | 'failure'
  | 'usage'
  | 'policy'
  | 'notFound'
  | 'refused'
  | 'network'
  | 'resources'
  | 'stopped'
  | 'internal';

export interface ErrorDetails {
  /** Stable, lower-case, `room.what-happened`, for example `tokenizer.vocabulary-mismatch`. */
  readonly code: string;
  /** Where it happened, what was expected, what was found: one sentence, English. */
  readonly message: string;
  readonly kind?: ErrorKind;
  /** What the reader can do next, one sentence. */
  readonly next?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class ExpChatError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly next: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ExpChatError';
    this.code = details.code;
    this.kind = details.kind ?? 'failure';
    this.next = details.next;
    this.fields = details.fields ?? {};
  }
}

export function isExpChatError(value: unknown): value is ExpChatError {
  return value instanceof ExpChatError;
}

/** Narrows by a fact that only a fault of this program can make false. */
export function invariant(condition: unknown, message: () => string): asserts condition {
  if (!condition) {
    throw new ExpChatError({ code: 'internal.invariant', kind: 'internal', message: `internal: ${message()}` });
  }
}

/** A plain sentence for any thrown value. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
