/** The filter of a project, from its settings to the corpus room. It knows no terminal and no text. */
import path from 'node:path';
import {
  type DocumentExplanation,
  explainDocument,
  type FilterOptions,
  FORGET_FILE,
  Forgotten,
  type Profile,
} from '../../corpus/index.ts';
import type { Project } from '../services.ts';

export const forgottenOf = ({ directory }: Project): Promise<Forgotten> =>
  Forgotten.read(path.join(directory, FORGET_FILE));

/** What the project says about filtering; its work, its threads and its personal data aside. */
export async function filterOptionsOf(project: Project): Promise<FilterOptions> {
  const { directory, settings } = project;
  const { corpus } = settings;
  const profiles = corpus.sources.flatMap((source) => {
    const { profile } = source as { readonly profile?: Profile };
    return profile === undefined ? [] : [[source.id, profile] as const];
  });
  return {
    settings: corpus.filter,
    language: corpus.language,
    profiles: Object.fromEntries(profiles),
    questions: corpus.decontaminate.map((file) => path.resolve(directory, file)),
    contaminated: corpus.contaminated,
    forgotten: await forgottenOf(project),
  };
}

export async function explainProjectDocument(project: Project, id: string): Promise<DocumentExplanation> {
  return explainDocument(path.join(project.directory, 'data'), id, await filterOptionsOf(project));
}
