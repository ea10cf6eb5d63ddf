/**
 * Reads files in threads that may be lost: each file has a limit on time and on memory, and a thread that goes over one,
 * or ends, costs the file it had in its hands and nothing else. It knows no format and no stage.
 */
import { Worker } from 'node:worker_threads';
import { boundedInteger, type ErrorKind, ExpChatError, errorMessage } from '../../base/index.ts';
import { READ_LIMITS, type ReadLimits, type ReadOptions, type ReadResult } from './document.ts';
import { kindOf, type NamedFile } from './kinds.ts';
import { readNamedFile } from './read-file.ts';
import type { ReaderReply, ReadRequest, SentError } from './reader.worker.ts';
import { zipEntries } from './zip-guard.ts';

/** Files a thread has at a time: one in its hands, the others so that it need not wait. */
const FILES_PER_THREAD = 4;
const WATCH_EVERY_MS = 10;
/** Heap of a thread, by the size of the file: libraries and language data take about 80 MiB of each. */
const HEAPS_MEGABYTES = [128, 640, 2048] as const;
/** Of the smallest heap, what is there for the file itself. */
const FREE_HEAP_MEGABYTES = 64;
/** What a reader may need of memory for each byte of its file, and for each that an archive unpacks to. */
const MEMORY_PER_BYTE = 24;
const MEMORY_PER_UNPACKED_BYTE = 8;
const MEBIBYTE = 2 ** 20;

export interface ReaderPoolOptions {
  /** 1 to 16; default 2. */
  readonly threads?: number;
  readonly limits?: Partial<ReadLimits>;
  /** Read text, Markdown, CSV and JSON Lines in the caller's thread: a thread of its own costs more than a few of them. */
  readonly plainHere?: boolean;
}

/** Kinds whose reader is linear in the file and unpacks nothing. */
const PLAIN_KINDS: ReadonlySet<string> = new Set(['text', 'markdown', 'csv', 'jsonl']);

interface Job {
  readonly file: NamedFile;
  readonly bytes: Uint8Array;
  readonly options: ReadOptions;
  /** Bytes of memory that its size explains. */
  readonly memory: number;
  readonly timeoutMs: number;
  readonly heapMegabytes: number;
  /** Its reader may take memory out of proportion to the file. */
  readonly watched: boolean;
  /** It went over the memory beside others; now it is tried by itself. */
  alone: boolean;
  readonly resolve: (result: ReadResult) => void;
  readonly reject: (error: unknown) => void;
}

export class ReaderPool {
  readonly #limits: ReadLimits;
  readonly #threads: readonly ReaderThread[];
  readonly #plainHere: boolean;
  readonly #waiting: Job[] = [];
  readonly #suspects: Job[] = [];
  #watch: NodeJS.Timeout | undefined;

  constructor(options: ReaderPoolOptions = {}) {
    const threads = boundedInteger(options.threads ?? 2, 'reader threads', 1, 16);
    this.#limits = { ...READ_LIMITS, ...options.limits };
    this.#plainHere = options.plainHere === true;
    this.#threads = Array.from({ length: threads }, () => new ReaderThread(this.#limits, () => this.#fill()));
  }

  /**
   * Documents of one file; its reader is found from name and bytes. A file that can not be read has no documents and a
   * problem that says why. Throws `corpus.bad-record` for a row that is not what the source says.
   */
  read(file: NamedFile, bytes: Uint8Array, options: ReadOptions = {}): Promise<ReadResult> {
    const limits = { ...this.#limits, ...options.limits };
    const isPlain = PLAIN_KINDS.has(quietKind(file, bytes));
    if (isPlain && this.#plainHere) return readNamedFile(file, bytes, { ...options, limits });
    return new Promise((resolve, reject) => {
      const unpacked = unpackedBytes(bytes, limits);
      const memory = MEMORY_PER_BYTE * bytes.byteLength + MEMORY_PER_UNPACKED_BYTE * unpacked;
      const needed = HEAPS_MEGABYTES[0] + memory / MEBIBYTE - FREE_HEAP_MEGABYTES;
      const heapMegabytes = HEAPS_MEGABYTES.find((heap) => heap >= needed) ?? HEAPS_MEGABYTES[2];
      const timeoutMs = limits.timeoutMs * Math.max(1, (bytes.byteLength + unpacked / 8) / MEBIBYTE);
      const job = { file, bytes, options: { ...options, limits }, memory, timeoutMs, heapMegabytes, resolve, reject };
      this.#waiting.push({ ...job, watched: !isPlain, alone: false });
      this.#fill();
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    this.#watch = undefined;
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #fill(): void {
    const returned = this.#threads.flatMap((thread) => thread.takeReturned());
    this.#suspects.push(...returned.filter((job) => job.alone));
    this.#waiting.unshift(...returned.filter((job) => !job.alone));
    const idle = this.#threads.every((thread) => thread.load === 0);
    if (idle && this.#suspects.length > 0) this.#threads[0]!.give(this.#suspects.shift()!);
    else if (!this.#threads.some((thread) => thread.hasSuspect)) this.#fillThreads();
    const busy = this.#threads.some((thread) => thread.load > 0);
    if (busy) this.#watch ??= setInterval(() => this.#watchMemory(), WATCH_EVERY_MS);
    else {
      clearInterval(this.#watch);
      this.#watch = undefined;
    }
  }

  #fillThreads(): void {
    if (this.#suspects.length > 0) return; // The threads run empty, then a suspect is tried.
    while (this.#waiting.length > 0) {
      // The thread with the fewest files first, so that two large ones do not queue behind each other.
      const byLoad = [...this.#threads].sort((a, b) => a.load - b.load);
      const free = byLoad.find((thread) => thread.canTake(this.#waiting[0]!));
      if (free === undefined) return;
      free.give(this.#waiting.shift()!);
    }
  }

  /** Threads share one process, so each file may take what all files in work may take together. */
  #watchMemory(): void {
    if (!this.#threads.some((thread) => thread.isWatched)) return;
    const used = threadMemory();
    const allowed = this.#threads.reduce((sum, thread) => sum + thread.allowance, 0);
    for (const thread of this.#threads) thread.checkMemory(used, allowed);
  }
}

/** What an archive says it unpacks to, as far as it may; 0 for what is none. */
function unpackedBytes(bytes: Uint8Array, limits: ReadLimits): number {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return 0;
  try {
    const total = zipEntries(bytes, limits).reduce((sum, entry) => sum + entry.bytes, 0);
    return Math.min(total, limits.zipBytes, limits.zipRatio * bytes.byteLength);
  } catch {
    return 0; // The reader says what is wrong with it.
  }
}

/** The kind, where there is one; what is wrong with the others their reader says. */
function quietKind(file: NamedFile, bytes: Uint8Array): string {
  try {
    return kindOf(file, bytes);
  } catch {
    return 'unknown';
  }
}

/** Bytes of the process that are not this thread's own heap. */
function threadMemory(): number {
  const { rss, heapTotal, external } = process.memoryUsage();
  return rss - heapTotal - external;
}

/** One place in the pool, with a thread that is started when it is needed and again after it was lost. */
class ReaderThread {
  readonly #limits: ReadLimits;
  readonly #changed: () => void;
  #worker: Worker | undefined;
  #heapMegabytes = 0;
  #ready = false;
  #jobs = new Map<number, Job>();
  #returned: Job[] = [];
  #timer: NodeJS.Timeout | undefined;
  #memoryAtStart = 0;
  #nextId = 1;

  constructor(limits: ReadLimits, changed: () => void) {
    this.#limits = limits;
    this.#changed = changed;
  }

  get load(): number {
    return this.#jobs.size;
  }

  get hasSuspect(): boolean {
    return [...this.#jobs.values()].some((job) => job.alone);
  }

  get isWatched(): boolean {
    const [job] = this.#jobs.values();
    return this.#ready && job?.watched === true;
  }

  /** Bytes that the file in work may take beyond what was there. */
  get allowance(): number {
    const [job] = this.#jobs.values();
    if (job === undefined || !this.#ready) return 0;
    return this.#limits.memoryMegabytes * MEBIBYTE + job.memory;
  }

  canTake(job: Job): boolean {
    if (this.load === 0) return true;
    return this.load < FILES_PER_THREAD && job.heapMegabytes === this.#heapMegabytes;
  }

  give(job: Job): void {
    if (this.#worker === undefined || this.#heapMegabytes !== job.heapMegabytes) this.#start(job.heapMegabytes);
    const id = this.#nextId++;
    this.#jobs.set(id, job);
    this.#worker!.ref(); // The process must not end while a file is awaited.
    const request: ReadRequest = { id, file: job.file, bytes: job.bytes, options: job.options };
    this.#worker!.postMessage(request);
    if (this.load === 1) this.#headBegins();
  }

  takeReturned(): Job[] {
    return this.#returned.splice(0);
  }

  checkMemory(used: number, allowed: number): void {
    if (!this.isWatched || used - this.#memoryAtStart <= allowed) return;
    const [job] = this.#jobs.values();
    if (!job!.alone) {
      // Another file may have taken it: each is judged by itself before it is given up.
      job!.alone = true;
      this.#giveBack();
      return;
    }
    this.#lose('memory', `expected at most ${Math.round(allowed / MEBIBYTE)} MiB more memory, it took more`);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(heapMegabytes: number): void {
    void this.#worker?.terminate();
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./reader.worker.${extension}`, import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 16 },
      // What libraries print about a broken file is not the program's output.
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    this.#worker = worker;
    this.#heapMegabytes = heapMegabytes;
    this.#ready = false;
    worker.on('message', (reply: ReaderReply) => {
      if (this.#worker === worker) this.#take(reply);
    });
    worker.on('error', (error) => {
      if (this.#worker !== worker) return;
      const outOfMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.#lose(outOfMemory ? 'memory' : 'crashed', `its reader ended: ${errorMessage(error)}`);
    });
    worker.on('exit', (code) => {
      if (this.#worker === worker) this.#lose('crashed', `its reader ended with code ${code}`);
    });
  }

  #take(reply: ReaderReply): void {
    if ('ready' in reply) {
      this.#ready = true;
      this.#headBegins();
      return;
    }
    const job = this.#jobs.get(reply.id);
    this.#jobs.delete(reply.id);
    this.#headBegins();
    if (this.load === 0) this.#worker?.unref();
    if (job !== undefined) {
      if ('result' in reply) job.resolve(reply.result);
      else job.reject(receivedError(reply.error));
    }
    this.#changed();
  }

  /** The time of a file runs from when its thread can begin with it. */
  #headBegins(): void {
    clearTimeout(this.#timer);
    const [job] = this.#jobs.values();
    if (job === undefined || !this.#ready) return;
    if (job.watched) this.#memoryAtStart = threadMemory();
    const { timeoutMs } = job;
    this.#timer = setTimeout(() => {
      // Where this thread was busy itself, the answer may lie here unread.
      setImmediate(() => {
        if (job === this.#jobs.values().next().value)
          this.#lose('timeout', `expected an end within ${Math.round(timeoutMs)} ms`);
      });
    }, timeoutMs);
  }

  /** Ends the thread; all its files go back. */
  #giveBack(): void {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    this.#returned.push(...this.#jobs.values());
    this.#jobs = new Map();
    void worker?.terminate();
    this.#changed();
  }

  /** Ends the thread; the file in its hands is given up, those behind it go back. */
  #lose(code: string, reason: string): void {
    clearTimeout(this.#timer);
    const [id, job] = this.#jobs.entries().next().value ?? [];
    if (id !== undefined) this.#jobs.delete(id);
    if (!this.#ready) job?.reject(threadError(reason)); // It never began, so it is not the file's doing.
    const none = { before: 0, after: 0, byRule: {} };
    job?.resolve({ documents: [], ledger: none, problems: [{ code: `read.${code}`, message: reason }] });
    this.#giveBack();
  }
}

const threadError = (reason: string) =>
  new ExpChatError({
    code: 'corpus.no-reader',
    kind: 'resources',
    message: `corpus reader: expected a thread that starts, ${reason}`,
    next: 'Free some memory, then run the same command again.',
  });

function receivedError({ code, kind, message, next, fields }: SentError): ExpChatError {
  return new ExpChatError({ code, kind: kind as ErrorKind, message, fields, ...(next === undefined ? {} : { next }) });
}
