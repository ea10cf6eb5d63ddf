/**
 * The memory in which resident tensors lie: one WebAssembly memory that all threads of a runtime see, divided into places, or, for
 * one thread alone, separate buffers. It knows sizes and addresses, neither tensors nor who uses a place.
 */

/** The part of `WebAssembly.Memory` that is used here; TypeScript has its type only among those of a browser. */
export interface CommonMemory {
  /** As long as the memory is now. It grows at the end: an older, shorter buffer stays good for what lies in it. */
  readonly buffer: SharedArrayBuffer;
  /** Throws `RangeError` beyond the maximum, or where the machine has no more. */
  grow(pages: number): number;
}

declare const WebAssembly: {
  readonly Memory: new (limits: {
    readonly shared: true;
    readonly initial: number;
    readonly maximum: number;
  }) => CommonMemory;
};

/** What WebAssembly counts memory in, and the most that a 32-bit address reaches. */
export const PAGE_BYTES = 2 ** 16;
export const MOST_PAGES = 2 ** 16;

/** A line of the processor's cache: two threads at work on neighbours never write to the same one. */
const ALIGNMENT_BYTES = 64;

/** Room for `bytes` bytes from `byteOffset` of `buffer` on. */
export interface Place {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly bytes: number;
  /** Whether it lies in the common memory: `byteOffset` is its address there. Else it has a buffer of its own. */
  readonly common: boolean;
}

/** Where places come from. */
export interface PlaceSource {
  /** A place of `bytes` bytes, of whatever content. Throws `RangeError` where the machine has no memory for it. */
  take(bytes: number): Place;
  /** Gives a place back, once and when nobody reads or writes there any more. */
  release(place: Place): void;
}

/** Places of one thread alone, each a buffer of its own: for a binding that takes no shared memory. */
export const SEPARATE_BUFFERS: PlaceSource = {
  take: (bytes) => ({ buffer: new ArrayBuffer(bytes), byteOffset: 0, bytes, common: false }),
  release: () => undefined, // The garbage collector frees it.
};

export class SharedMemory implements PlaceSource {
  /** For the threads that reckon with addresses; undefined where the machine did not give it. */
  readonly common: CommonMemory | undefined;
  /** Addresses of places given back, by their rounded sizes. */
  readonly #free = new Map<number, number[]>();
  #end = 0;

  /** `maximumPages` of 64 KiB, 0 .. 65,536. Address space is reserved at once; memory is taken as it is written to. */
  constructor(maximumPages = MOST_PAGES) {
    this.common = unlessRefused(() => new WebAssembly.Memory({ shared: true, initial: 0, maximum: maximumPages }));
  }

  /**
   * A place of `bytes` bytes, of whatever content, its begin a multiple of 64. It lies in the common memory, in one given back
   * that was exactly as large if there is such a one, or where there is no room left, in a buffer of its own. Throws `RangeError`
   * where the machine has no memory for that either.
   */
  take(bytes: number): Place {
    const size = rounded(bytes);
    const address = this.#free.get(size)?.pop() ?? this.#atEnd(size);
    if (address === undefined) return { buffer: new SharedArrayBuffer(bytes), byteOffset: 0, bytes, common: false };
    return { buffer: this.common!.buffer, byteOffset: address, bytes, common: true };
  }

  /** Gives a place back, once and when nobody reads or writes there any more: the next of its size may get it. */
  release({ byteOffset, bytes, common }: Place): void {
    if (!common) return; // The garbage collector frees it.
    const size = rounded(bytes);
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [byteOffset]);
    else free.push(byteOffset);
  }

  #atEnd(size: number): number | undefined {
    const [memory, address] = [this.common, this.#end];
    if (memory === undefined) return undefined;
    const pages = Math.ceil((address + size - memory.buffer.byteLength) / PAGE_BYTES);
    if (pages > 0 && unlessRefused(() => memory.grow(pages)) === undefined) return undefined;
    this.#end = address + size;
    return address;
  }
}

function rounded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

/** What `ask` gives, or nothing where the machine has no room for it. */
function unlessRefused<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
