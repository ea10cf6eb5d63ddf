/**
 * A tokenizer in a folder: `tokenizer.json` and `tokenizer_config.json`, as Hugging Face's libraries load them. The second
 * file also carries the SHA-256 of the first, so that damage which leaves it readable is still found.
 */
import path from 'node:path';
import { ExpChatError, exists, readBytes, sha256OfBytes, writeDurably } from '../base/index.ts';
import { parseStrictJson, parseTokenizerJson, StrictJsonFault, TOKENIZER_LIMITS } from '../formats/index.ts';
import { Tokenizer } from './tokenizer.ts';

export const TOKENIZER_FILE = 'tokenizer.json';
export const TOKENIZER_CONFIG_FILE = 'tokenizer_config.json';

const CHECKSUM_KEY = 'expchat_tokenizer_sha256';
const CONFIG_BYTES = 16 * 2 ** 20;

export interface SaveOptions {
  /** Jinja text that renders a dialogue; see the chat room. */
  readonly chatTemplate?: string;
  /** The model's context in tokens, where a model is meant. */
  readonly maxLength?: number;
}

/** The text of `tokenizer_config.json`. Names of the roles of tokens are given only where the token exists. */
function renderConfig(tokenizer: Tokenizer, options: SaveOptions, checksum: string | undefined): string {
  const named = (name: string, token: string) => (tokenizer.specialTokens.has(token) ? { [name]: token } : {});
  const flags = { lstrip: false, normalized: false, rstrip: false, single_word: false };
  const added = [...tokenizer.specialTokens].map(([content, id]) => {
    const special = tokenizer.values.visibleIds?.has(id) !== true;
    return [String(id), { content, ...flags, special }];
  });
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...named('bos_token', '<|bos|>'),
    ...named('eos_token', '<|end|>'),
    ...named('pad_token', '<|pad|>'),
    added_tokens_decoder: Object.fromEntries(added),
    clean_up_tokenization_spaces: false,
    ...(options.maxLength === undefined ? {} : { model_max_length: options.maxLength }),
    ...(options.chatTemplate === undefined ? {} : { chat_template: options.chatTemplate }),
    ...(checksum === undefined ? {} : { [CHECKSUM_KEY]: checksum }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/**
 * Writes the two files into `directory`. After a kill at any moment the folder loads, with the old tokenizer or the new
 * one: the checksum is taken away before the file it belongs to changes, and comes back last.
 */
export async function saveTokenizer(tokenizer: Tokenizer, directory: string, options: SaveOptions = {}): Promise<void> {
  const json = tokenizer.toJson();
  const configFile = path.join(directory, TOKENIZER_CONFIG_FILE);
  if (await exists(configFile)) await writeDurably(configFile, renderConfig(tokenizer, options, undefined));
  await writeDurably(path.join(directory, TOKENIZER_FILE), json);
  await writeDurably(configFile, renderConfig(tokenizer, options, sha256OfBytes(json)));
}

/** The checksum in the config, or undefined where there is no config or none in it. */
async function checksumIn(configFile: string): Promise<string | undefined> {
  if (!(await exists(configFile))) return undefined;
  const bytes = await readBytes(configFile, CONFIG_BYTES);
  let reason = 'an object';
  try {
    const config = parseStrictJson(bytes, { maxDepth: TOKENIZER_LIMITS.depth });
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
      const checksum = Object.hasOwn(config, CHECKSUM_KEY)
        ? (config as Record<string, unknown>)[CHECKSUM_KEY]
        : undefined;
      if (checksum === undefined || typeof checksum === 'string') return checksum;
      reason = `a string at "${CHECKSUM_KEY}"`;
    }
  } catch (error) {
    if (!(error instanceof StrictJsonFault)) throw error;
    reason = `JSON, got ${error.message}`;
  }
  throw new ExpChatError({
    code: 'tokenizer.damaged',
    message: `${configFile}: expected ${reason}`,
    next: 'Train the tokenizer again or take the file from a copy.',
    fields: { path: configFile },
  });
}

/**
 * Loads a tokenizer from a folder. Throws `files.not-found` where there is none, `tokenizer.damaged` where a file is
 * damaged, `tokenizer.unsupported` where it is sound but not a byte-level BPE with a pattern known here.
 */
export async function loadTokenizer(directory: string): Promise<Tokenizer> {
  const file = path.join(directory, TOKENIZER_FILE);
  const bytes = await readBytes(file, TOKENIZER_LIMITS.fileBytes);
  const tokenizer = new Tokenizer(parseTokenizerJson(bytes, file));
  const checksum = await checksumIn(path.join(directory, TOKENIZER_CONFIG_FILE));
  if (checksum !== undefined && checksum !== sha256OfBytes(bytes)) {
    throw new ExpChatError({
      code: 'tokenizer.damaged',
      message: `${file}: expected the SHA-256 ${checksum.slice(0, 64)} of ${TOKENIZER_CONFIG_FILE}, got ${sha256OfBytes(bytes)}`,
      next: `Take both files from a copy; where you changed the file on purpose, remove "${CHECKSUM_KEY}".`,
      fields: { path: file },
    });
  }
  return tokenizer;
}
