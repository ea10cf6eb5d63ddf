/**
 * The log of what was forgotten: one receipt a line, without content, each with the hash of the one before it, so that a
 * changed or missing receipt shows. It removes nothing.
 */
import { ExpChatError, exists, readJsonl, sha256OfBytes, writeDurably } from '../../base/index.ts';

export interface ForgetReceipt {
  readonly version: 1;
  /** Of this removal. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly kind: 'source' | 'document' | 'pattern';
  /** SHA-256 of what the person named. */
  readonly selectorSha256: string;
  readonly documents: {
    readonly count: number;
    /** UTF-8 bytes of their content. */
    readonly bytes: number;
    /** SHA-256 of the sorted hashes of the documents. */
    readonly setSha256: string;
    /** The hashes themselves, where they are at most 1,000. */
    readonly sha256?: readonly string[];
  };
  /** What was changed or removed, by kind of artifact: how many files or entries. */
  readonly artifacts: Readonly<Record<string, number>>;
  readonly runs: readonly { readonly run: string; readonly side: string; readonly certainty: string }[];
  /** `hash` of the receipt before; 64 zeros in the first. */
  readonly previous: string;
  /** SHA-256 of this receipt as JSON without this field. */
  readonly hash: string;
}

const FIRST = '0'.repeat(64);

export type ReceiptFacts = Omit<ForgetReceipt, 'previous' | 'hash' | 'version'>;

/** All receipts. Throws `corpus.broken-receipts` where one was changed, removed or put in between. */
export async function readReceipts(file: string): Promise<ForgetReceipt[]> {
  if (!(await exists(file))) return [];
  const receipts: ForgetReceipt[] = [];
  let previous = FIRST;
  for await (const value of readJsonl(file)) {
    const receipt = value as ForgetReceipt;
    const { hash, ...facts } = receipt;
    if (receipt.previous !== previous || hash !== sha256OfBytes(JSON.stringify(facts))) {
      throw new ExpChatError({
        code: 'corpus.broken-receipts',
        message: `${file}:${receipts.length + 1}: expected a receipt that follows the one before, got another`,
        next: 'Receipts were changed after they were written; restore the file from a backup.',
        fields: { path: file, line: receipts.length + 1 },
      });
    }
    receipts.push(receipt);
    previous = hash;
  }
  return receipts;
}

/** Appends a receipt, once: where one with this id is there, that one is returned. */
export async function appendReceipt(file: string, facts: ReceiptFacts): Promise<ForgetReceipt> {
  const earlier = await readReceipts(file);
  const there = earlier.find(({ id }) => id === facts.id);
  if (there !== undefined) return there;
  const linked = { version: 1 as const, ...facts, previous: earlier.at(-1)?.hash ?? FIRST };
  const receipt = { ...linked, hash: sha256OfBytes(JSON.stringify(linked)) };
  await writeDurably(file, `${[...earlier, receipt].map((one) => JSON.stringify(one)).join('\n')}\n`);
  return receipt;
}
