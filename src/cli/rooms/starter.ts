/** The starter corpus as the sources of a project. It knows no terminal and no text. */
import path from 'node:path';
import { exists, stopIfAborted, type WorkOptions } from '../../base/index.ts';
import { generateStarterCorpus, writeStarterCorpus as write } from '../../starter/index.ts';
import type { Project, StarterReport } from '../services.ts';
import { recordOf, writeRecord } from './record.ts';

export const starterDirectory = (project: Project): string => path.join(project.directory, 'starter');

/** Written last, with the figures, so that an interrupted write is done again. */
const RECORD = 'starter.json';

export async function writeStarterCorpus(project: Project, work: WorkOptions): Promise<StarterReport> {
  const directory = starterDirectory(project);
  const recordFile = path.join(directory, RECORD);
  const known = (await exists(recordFile)) ? await recordOf(recordFile) : undefined;
  const report = (upToDate: boolean, figures: Readonly<Record<string, unknown>>): StarterReport => ({
    directory,
    documents: figures['documents'] as number,
    dialogues: figures['dialogues'] as number,
    bytes: figures['bytes'] as number,
    upToDate,
  });
  if (known !== undefined) return report(true, known);
  const corpus = generateStarterCorpus();
  const total = corpus.documents.length;
  work.onProgress?.({ stage: 'starter.generate', done: 0, total, unit: 'documents' });
  stopIfAborted(work.signal, 'starter');
  await write(directory, corpus);
  work.onProgress?.({ stage: 'starter.generate', done: total, total, unit: 'documents' });
  const bytes = corpus.documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const figures = { documents: total, dialogues: corpus.dialogues.length, facts: corpus.facts.length, bytes };
  await writeRecord(recordFile, figures);
  return report(false, figures);
}

export async function starterQuestions(count: number): Promise<readonly { question: string; answer: string }[]> {
  const { questions } = generateStarterCorpus();
  const step = Math.max(1, Math.floor(questions.length / count));
  return questions.filter((_, i) => i % step === 0).slice(0, count);
}
