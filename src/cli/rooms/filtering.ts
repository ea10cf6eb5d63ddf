/** The filter of a project, from its settings to the corpus room. It knows no terminal and no text. */
import path from 'node:path';
import {
  type DocumentExplanation,
  explainDocument,
  type FilterOptions,
  FORGET_FILE,
  Forgotten,
  type PersonalPolicy,
  personalHook,
} from '../../corpus/index.ts';
import type { Project } from '../services.ts';
import { specOf } from '../source-schema.ts';

export const forgottenOf = ({ directory }: Project): Promise<Forgotten> =>
  Forgotten.read(path.join(directory, FORGET_FILE));

/** What becomes of personal data in the sources that say so; in all others it is counted. */
function policiesOf({ settings }: Project): Record<string, PersonalPolicy> {
  const said = settings.corpus.sources.flatMap((source) => {
    const { personalData } = specOf(source);
    return personalData === undefined ? [] : [[source.id, personalData] as const];
  });
  return Object.fromEntries(said);
}

/** What the project says about filtering; its work and its threads aside. */
export async function filterOptionsOf(project: Project): Promise<FilterOptions> {
  const { directory, settings } = project;
  const { corpus } = settings;
  const policies = { standard: 'report', bySource: policiesOf(project) } as const;
  const profiles = corpus.sources.flatMap((source) => {
    const { profile } = specOf(source);
    return profile === undefined ? [] : [[source.id, profile] as const];
  });
  return {
    settings: corpus.filter,
    language: corpus.language,
    profiles: Object.fromEntries(profiles),
    questions: corpus.decontaminate.map((file) => path.resolve(directory, file)),
    contaminated: corpus.contaminated,
    personal: () => personalHook(policies),
    personalKey: JSON.stringify(policies),
    forgotten: await forgottenOf(project),
  };
}

export async function explainProjectDocument(project: Project, id: string): Promise<DocumentExplanation> {
  return explainDocument(path.join(project.directory, 'data'), id, await filterOptionsOf(project));
}
