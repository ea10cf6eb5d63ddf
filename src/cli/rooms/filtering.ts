/** The filter of a project, from its settings to the corpus room. It knows no terminal and no text. */
import path from 'node:path';
import { ExpChatError, readText } from '../../base/index.ts';
import {
  type DocumentExplanation,
  explainDocument,
  type FilterOptions,
  FORGET_FILE,
  Forgotten,
  type PersonalPolicy,
  personalHook,
  placeholderKey,
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

const SHORTEST_SECRET = 16;

/** The secret of the project's placeholders, of its variable or its file. Throws `corpus.placeholder-secret`. */
async function placeholderSecretOf({ directory, settings, placeholderSecret }: Project): Promise<string | undefined> {
  const file = settings.corpus.placeholderSecretFile;
  if (placeholderSecret === undefined && file === '') return undefined;
  const secret = (placeholderSecret ?? (await readText(path.resolve(directory, file), 4096))).trim();
  if (secret.length >= SHORTEST_SECRET) return secret;
  throw new ExpChatError({
    code: 'corpus.placeholder-secret',
    kind: 'usage',
    message: `placeholder secret: expected at least ${SHORTEST_SECRET} characters, got ${secret.length}`,
    next: 'Take a long random text, so that nobody finds the secret and then the values by trying.',
    fields: { shortest: SHORTEST_SECRET, got: secret.length },
  });
}

/** What the project says about filtering; its work and its threads aside. */
export async function filterOptionsOf(project: Project): Promise<FilterOptions> {
  const { directory, settings } = project;
  const { corpus } = settings;
  const policies = { standard: 'report', bySource: policiesOf(project) } as const;
  const redacts = Object.values(policies.bySource).includes('redact');
  const secret = redacts ? await placeholderSecretOf(project) : undefined;
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
    personal: () => personalHook({ ...policies, ...(secret && { secret }) }),
    personalKey: JSON.stringify({ ...policies, ...(secret && { placeholders: placeholderKey(secret) }) }),
    forgotten: await forgottenOf(project),
  };
}

export async function explainProjectDocument(project: Project, id: string): Promise<DocumentExplanation> {
  return explainDocument(path.join(project.directory, 'data'), id, await filterOptionsOf(project));
}
