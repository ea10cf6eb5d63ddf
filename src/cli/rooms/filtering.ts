/** The filter of a project, from its settings to the corpus room. It knows no terminal and no text. */
import path from 'node:path';
import {
  contentHash,
  type DocumentExplanation,
  type DocumentRecord,
  explainDocument,
  type FilterOptions,
  FORGET_FILE,
  Forgotten,
  type PersonalPolicy,
  type Profile,
  personalHook,
} from '../../corpus/index.ts';
import type { Project } from '../services.ts';

export const forgottenOf = ({ directory }: Project): Promise<Forgotten> =>
  Forgotten.read(path.join(directory, FORGET_FILE));

/** Goes up when the search for personal data finds other places. */
const PERSONAL_VERSION = 1;

/** What becomes of personal data by source; a redacted document gets the hash of what it says now. */
function personalOptions({ settings }: Project): Pick<FilterOptions, 'personal' | 'personalKey'> {
  const bySource = Object.fromEntries(
    settings.corpus.sources.flatMap((source) => {
      const { personalData } = source as { readonly personalData?: PersonalPolicy };
      return personalData === undefined ? [] : [[source.id, personalData] as const];
    }),
  );
  return {
    personalKey: JSON.stringify([PERSONAL_VERSION, Object.entries(bySource).sort()]),
    personal() {
      const hook = personalHook({ bySource });
      const judge = (record: DocumentRecord) => {
        const verdict = hook(record);
        if ('reason' in verdict || verdict.record === record) return verdict;
        const { text, messages } = verdict.record;
        return { record: { ...verdict.record, sha256: contentHash(text ?? messages ?? '') } };
      };
      return Object.assign(judge, { counts: () => hook.counts() });
    },
  };
}

/** What the project says about filtering; its work and its threads aside. */
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
    ...personalOptions(project),
  };
}

export async function explainProjectDocument(project: Project, id: string): Promise<DocumentExplanation> {
  return explainDocument(path.join(project.directory, 'data'), id, await filterOptionsOf(project));
}
