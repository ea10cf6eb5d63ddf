/** The streams the command line reads and writes, as small as it needs them. They know no context. */
import type { Readable } from 'node:stream';

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export type InputStream = Readable & { readonly isTTY?: boolean };
