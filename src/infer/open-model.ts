/**
 * A model directory opened for use: weights and tokenizer loaded, checked against each other and ready to generate. It
 * knows no dialog.
 */
import { createOrtRuntime, type OrtOptions } from '../engine/index.ts';
import { loadModelDirectory, type ModelConfig, type Provenance, parameterCount } from '../model/index.ts';
import { loadTokenizer } from '../tokenizer/index.ts';
import type { Speaker } from './conversation.ts';
import { createDecoder, type DecoderOptions } from './decoder.ts';
import { checkVocabulary } from './generate.ts';

export interface OpenModel extends Speaker {
  readonly directory: string;
  readonly config: ModelConfig;
  readonly parameters: number;
  /** Undefined where the model is not from here. */
  readonly provenance: Provenance | undefined;
  /** Ends the runtime's threads and frees its memory. */
  close(): Promise<void>;
}

export type OpenModelOptions = OrtOptions & Pick<DecoderOptions, 'context' | 'prefillChunk'>;

/**
 * Opens a model directory on ONNX Runtime. Throws what `loadModelDirectory`, `loadTokenizer` and `createDecoder` throw, and
 * `infer.vocabulary-mismatch` where the tokenizer has more ids than the model; nothing stays open then.
 */
export async function openModel(directory: string, options: OpenModelOptions = {}): Promise<OpenModel> {
  const { config, parameters, provenance } = await loadModelDirectory(directory);
  const tokenizer = await loadTokenizer(directory);
  checkVocabulary(directory, config.vocabularySize, tokenizer.vocabularySize);
  const { context, prefillChunk, ...ortOptions } = options;
  const runtime = createOrtRuntime(ortOptions);
  try {
    const decoder = await createDecoder({
      config,
      parameters,
      runtime,
      ...(context === undefined ? {} : { context }),
      ...(prefillChunk === undefined ? {} : { prefillChunk }),
    });
    const count = parameterCount(config);
    return {
      directory,
      config,
      parameters: count,
      provenance,
      decoder,
      tokenizer,
      close: () => runtime.close(),
    };
  } catch (error) {
    await runtime.close();
    throw error;
  }
}
