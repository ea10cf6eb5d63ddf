/** Where a project keeps its data, and how its sources are divided. It knows no stage. */
import path from 'node:path';
import type { SplitOptions } from '../../corpus/index.ts';
import type { Project } from '../services.ts';

export const dataDirectory = (project: Project): string => path.join(project.directory, 'data');
export const packedDirectory = (project: Project): string => path.join(project.directory, 'data', 'packed');
export const tokenizerDirectory = (project: Project): string => path.join(project.directory, 'tokenizer');

export function splitOf({ settings }: Project): SplitOptions {
  const { validationShare, testShare, splitSeed } = settings.corpus;
  return { validationRatio: validationShare, testRatio: testShare, seed: splitSeed };
}
