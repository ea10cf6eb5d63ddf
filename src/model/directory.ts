/**
 * A model on disk is a Hugging Face model directory, with provenance (expchat.json) and checksums (SHA256SUMS) beside the
 * files that other tools read. Written whole or not at all; every byte is checked when it is read. It knows neither
 * training nor tokenizers: their files come in as texts.
 */
import path from 'node:path';
import {
  type Content,
  ExpChatError,
  exists,
  readJson,
  readText,
  sha256OfFile,
  writeDirectoryDurably,
  writeDurably,
} from '../base/index.ts';
import { readSafetensors, writeSafetensors } from '../formats/index.ts';
import { type HostTensor, sizeOf } from '../tensor/index.ts';
import { renderModelCard } from './card.ts';
import {
  fromHuggingFaceConfig,
  type ModelConfig,
  type SpecialIds,
  specialIdsOf,
  toHuggingFaceConfig,
} from './config.ts';
import { checkParameters, EMBEDDING_NAME, type HostParameters, OUTPUT_NAME } from './parameters.ts';

export const CHECKSUM_FILE = 'SHA256SUMS';
export const WEIGHTS_FILE = 'model.safetensors';
export const PROVENANCE_FILE = 'expchat.json';

/** One file is read everywhere up to here; beyond it Hugging Face shards. */
const MOST_WEIGHT_BYTES = 5e9;

/** Where a model comes from: data, tokenizer and code hashes, metrics. Free in form, kept as it is. */
export type Provenance = Readonly<Record<string, unknown>>;

export interface ModelContent {
  readonly config: ModelConfig;
  readonly parameters: HostParameters;
  readonly provenance: Provenance;
  readonly specialIds?: SpecialIds;
  /** Further text files by name, for example tokenizer.json and tokenizer_config.json. */
  readonly texts?: Readonly<Record<string, string>>;
}

export interface LoadedModel {
  readonly config: ModelConfig;
  readonly parameters: Map<string, HostTensor>;
  /** Undefined where the model is not from here. */
  readonly provenance: Provenance | undefined;
  readonly specialIds: SpecialIds;
}

/** Writes the files of one folder and remembers their hashes for SHA256SUMS. */
export class FolderWriter {
  readonly directory: string;
  readonly #sums = new Map<string, string>();

  constructor(directory: string) {
    this.directory = directory;
  }

  async write(name: string, content: Content): Promise<void> {
    this.#sums.set(name, (await writeDurably(path.join(this.directory, name), content)).sha256);
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await this.write(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  async writeTensors(name: string, tensors: Iterable<readonly [string, HostTensor]>): Promise<void> {
    const written = await writeSafetensors(path.join(this.directory, name), tensors, { format: 'pt' });
    this.#sums.set(name, written.sha256);
  }

  /** Writes SHA256SUMS over all that was written, in the form of sha256sum(1). */
  async finish(): Promise<void> {
    const lines = [...this.#sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, sum]) => `${sum}  ${name}\n`);
    await writeDurably(path.join(this.directory, CHECKSUM_FILE), lines.join(''));
  }
}

/**
 * Writes `directory` whole or not at all, replacing what was there. `addFiles` may write more, for example a checkpoint's
 * optimizer state. Throws `model.parameters` on weights that do not fit or are not finite, before anything is written.
 */
export async function saveModelDirectory(
  directory: string,
  content: ModelContent,
  addFiles: (folder: FolderWriter) => Promise<void> = async () => undefined,
): Promise<void> {
  checkParameters(content.config, content.parameters, directory);
  const bytes = [...content.parameters.values()].reduce((sum, tensor) => sum + 4 * sizeOf(tensor.shape), 0);
  if (bytes > MOST_WEIGHT_BYTES) {
    throw new ExpChatError({
      code: 'model.too-large-to-save',
      kind: 'resources',
      message: `${directory}: expected at most ${MOST_WEIGHT_BYTES} bytes of weights in one file, got ${bytes}`,
      next: 'Choose a smaller model; sharded files are not written yet.',
      fields: { bytes },
    });
  }
  await writeDirectoryDurably(directory, async (temporary) => {
    const folder = new FolderWriter(temporary);
    await folder.writeJson('config.json', toHuggingFaceConfig(content.config, content.specialIds));
    await folder.writeJson('generation_config.json', generationConfig(content.specialIds ?? {}));
    await folder.writeTensors(WEIGHTS_FILE, content.parameters);
    await folder.writeJson(PROVENANCE_FILE, content.provenance);
    await folder.write('README.md', renderModelCard(content.config, content.provenance));
    for (const [name, text] of Object.entries(content.texts ?? {})) await folder.write(name, text);
    await addFiles(folder);
    await folder.finish();
  });
}

function generationConfig(ids: SpecialIds): Record<string, unknown> {
  return {
    ...(ids.begin === undefined ? {} : { bos_token_id: ids.begin }),
    ...(ids.end === undefined ? {} : { eos_token_id: ids.end }),
    ...(ids.padding === undefined ? {} : { pad_token_id: ids.padding }),
    do_sample: true,
    temperature: 0.8,
    top_k: 50,
    top_p: 0.95,
  };
}

/**
 * Holds every file that SHA256SUMS lists to its hash; returns the names. Throws `model.damaged` naming the first file that
 * is missing or differs, and `model.no-checksums` where there is no SHA256SUMS.
 */
export async function verifyChecksums(directory: string): Promise<ReadonlySet<string>> {
  const file = path.join(directory, CHECKSUM_FILE);
  if (!(await exists(file))) {
    throw new ExpChatError({
      code: 'model.no-checksums',
      message: `${directory}: expected ${CHECKSUM_FILE} beside the model, got none`,
      next: 'The folder is incomplete; take the model from its source again.',
      fields: { path: directory },
    });
  }
  const names = new Set<string>();
  for (const line of (await readText(file, 2 ** 20)).split('\n')) {
    if (line === '') continue;
    const [, sum, name] = /^([0-9a-f]{64}) {2}([A-Za-z0-9_.-]{1,200})$/.exec(line) ?? [];
    if (sum === undefined || name === undefined || name === '..')
      damaged(directory, CHECKSUM_FILE, 'an unreadable line');
    if (!(await exists(path.join(directory, name)))) damaged(directory, name, 'no such file');
    if ((await sha256OfFile(path.join(directory, name))) !== sum) damaged(directory, name, 'other content');
    names.add(name);
  }
  return names;
}

function damaged(directory: string, name: string, got: string): never {
  throw new ExpChatError({
    code: 'model.damaged',
    message: `${path.join(directory, name)}: expected the content that ${CHECKSUM_FILE} describes, got ${got}`,
    next: 'The folder is damaged; use another checkpoint or take the model from its source again.',
    fields: { path: path.join(directory, name) },
  });
}

/**
 * Loads a model directory, ours or another's. Ours must carry its checksums; files of others are checked where they have
 * them. Throws `model.not-found`, `model.damaged`, `model.config`, `model.parameters`, `model.vocabulary-size`.
 */
export async function loadModelDirectory(directory: string): Promise<LoadedModel> {
  await refuseOtherFolders(directory);
  const ours = await exists(path.join(directory, PROVENANCE_FILE));
  if (ours || (await exists(path.join(directory, CHECKSUM_FILE)))) {
    const names = await verifyChecksums(directory);
    for (const name of ['config.json', WEIGHTS_FILE, ...(ours ? [PROVENANCE_FILE] : [])]) {
      if (!names.has(name)) damaged(directory, name, `no line for it in ${CHECKSUM_FILE}`);
    }
  }
  const json = await readJson(path.join(directory, 'config.json'), 2 ** 20);
  const config = fromHuggingFaceConfig(json);
  const { tensors } = await readSafetensors(path.join(directory, WEIGHTS_FILE));
  if (config.tiedEmbeddings) dropEqualOutput(tensors);
  checkParameters(config, tensors, path.join(directory, WEIGHTS_FILE));
  const provenance = ours ? ((await readJson(path.join(directory, PROVENANCE_FILE))) as Provenance) : undefined;
  return { config, parameters: tensors, provenance, specialIds: specialIdsOf(json) };
}

async function refuseOtherFolders(directory: string): Promise<void> {
  if (await exists(path.join(directory, `${WEIGHTS_FILE}.index.json`))) {
    throw new ExpChatError({
      code: 'model.sharded',
      kind: 'refused',
      message: `${directory}: expected one ${WEIGHTS_FILE}, got a sharded model`,
      next: 'Save the model as a single file first.',
    });
  }
  for (const name of ['config.json', WEIGHTS_FILE]) {
    if (await exists(path.join(directory, name))) continue;
    throw new ExpChatError({
      code: 'model.not-found',
      kind: 'notFound',
      message: `${directory}: expected a model directory with ${name}, got none`,
      next: 'Give the path of a model directory, for example runs/default/final.',
      fields: { path: directory },
    });
  }
}

/** Some tools write the tied output as a second tensor; an equal copy says nothing new. */
function dropEqualOutput(tensors: Map<string, HostTensor>): void {
  const table = tensors.get(EMBEDDING_NAME);
  const output = tensors.get(OUTPUT_NAME);
  if (table === undefined || output === undefined || table.data.length !== output.data.length) return;
  if (output.data.every((value, i) => value === table.data[i])) tensors.delete(OUTPUT_NAME);
}
