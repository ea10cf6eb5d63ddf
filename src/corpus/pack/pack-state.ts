/**
 * How far an interrupted packing got: the finished sets and the last checkpoint inside the set in work, kept in
 * `packing/state.json` beside the shards in work. It encodes nothing.
 */
import path from 'node:path';
import { ExpChatError, exists, factsOf, makeDirectory, readJson, removeTree, writeDurably } from '../../base/index.ts';
import type { PackedSet, PackedSetInfo, PackedSource } from './manifest.ts';
import { documentsPart, shardPart, type WriterMark } from './shard-writer.ts';

/** A source of which not every record is packed. */
export interface OpenSource {
  /** Filtered records read of it so far. */
  readonly records: number;
  /** As it would stand in the manifest if it ended here. */
  readonly packed: PackedSource;
}

/** Everything of a set up to the end of a document. */
export interface SetCheckpoint {
  readonly set: PackedSet;
  readonly sources: readonly PackedSource[];
  /** The source in work; absent between two sources. */
  readonly open?: OpenSource;
  readonly written: WriterMark;
  readonly targetTokens: number;
  readonly targetBytes: number;
}

interface StateFile {
  readonly format: 'expchat-packing';
  readonly version: 2;
  readonly inputHash: string;
  readonly finished: { readonly [K in PackedSet]?: PackedSetInfo };
  readonly current?: SetCheckpoint;
}

const STATE = 'state.json';

export class PackState {
  readonly directory: string;
  readonly #inputHash: string;
  #finished: { [K in PackedSet]?: PackedSetInfo } = {};
  #current: SetCheckpoint | undefined;

  private constructor(directory: string, inputHash: string) {
    this.directory = directory;
    this.#inputHash = inputHash;
  }

  /** Continues the work on the same input; work on any other input is removed. */
  static async open(directory: string, inputHash: string): Promise<PackState> {
    const state = new PackState(directory, inputHash);
    const file = path.join(directory, STATE);
    const old = (await exists(file)) ? ((await readJson(file)) as StateFile) : undefined;
    const continues = old?.format === 'expchat-packing' && old.version === 2 && old.inputHash === inputHash;
    if (continues && (await filesAreThere(directory, old))) {
      state.#finished = { ...old.finished };
      state.#current = old.current;
    } else await removeTree(directory);
    await makeDirectory(directory);
    return state;
  }

  get finished(): { readonly [K in PackedSet]?: PackedSetInfo } {
    return this.#finished;
  }

  checkpointOf(set: PackedSet): SetCheckpoint | undefined {
    return this.#current?.set === set ? this.#current : undefined;
  }

  /** To be called when the shards are on the disk up to the checkpoint. */
  async checkpoint(current: SetCheckpoint): Promise<void> {
    this.#current = current;
    await this.#save();
  }

  async finishSet(set: PackedSet, info: PackedSetInfo): Promise<void> {
    this.#finished[set] = info;
    this.#current = undefined;
    await this.#save();
  }

  async #save(): Promise<void> {
    const content: StateFile = {
      format: 'expchat-packing',
      version: 2,
      inputHash: this.#inputHash,
      finished: this.#finished,
      ...(this.#current === undefined ? {} : { current: this.#current }),
    };
    await writeDurably(path.join(this.directory, STATE), JSON.stringify(content));
  }
}

/** The files of finished sets in full length; those of the set in work are checked where they are opened. */
async function filesAreThere(directory: string, state: StateFile): Promise<boolean> {
  for (const [set, info] of Object.entries(state.finished) as [PackedSet, PackedSetInfo][]) {
    if (!(await exists(path.join(directory, documentsPart(set))))) return false;
    for (const [i, { files }] of info.shards.entries()) {
      for (const [part, { bytes }] of Object.entries(files) as ['tokens' | 'index' | 'mask', { bytes: number }][]) {
        const found = await factsOf(path.join(directory, shardPart(set, part, i + 1)));
        if (found?.size !== bytes) return false;
      }
    }
  }
  return true;
}

/** Removes work that an error, other than a stop by the user, has ended: a full disk gets its space back. */
export async function removeUnlessStopped(directory: string, error: unknown): Promise<void> {
  if (error instanceof ExpChatError && error.kind === 'stopped') return;
  await removeTree(directory).catch(() => undefined); // The first error is the one to report.
}
