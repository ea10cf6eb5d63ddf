/** Why a document was left out, in the person's language. */
import type { Session } from '../session.ts';
import type { Texts } from '../texts/index.ts';

/** A drop's reason in the person's language; the stable English name where there is no word. */
export function reasonWords(session: Session, reason: string): string {
  return reasonIn(session.texts, reason);
}

export function reasonIn({ corpus: words }: Texts, reason: string): string {
  const [, kind, size] = /^(top|repeated)-(\d+)-grams?$/.exec(reason) ?? [];
  if (size !== undefined) return kind === 'top' ? words.topNgram(size) : words.repeatedNgrams(size);
  return (words.reasons as Readonly<Record<string, string>>)[reason] ?? reason;
}
