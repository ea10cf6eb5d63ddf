/** Trace, forget and report for a project, from its settings to the corpus room. It knows no terminal and no text. */
import path from 'node:path';
import { factsOf, writeDurably } from '../../base/index.ts';
import {
  type DeclaredSource,
  earlierReceipt,
  executeForget,
  finishForget,
  planForget,
  renderCorpusReport,
  reportCorpus,
  traceText,
} from '../../corpus/index.ts';
import type { SourceSettings } from '../config-schema.ts';
import type { Lineage } from '../lineage-services.ts';
import type { Project } from '../services.ts';

/** What an entry of `corpus.sources` says of its documents. */
type SaidOfSource = Partial<Omit<DeclaredSource, 'id'>>;

async function declared(source: SourceSettings, project: Project): Promise<DeclaredSource> {
  const { licence, purpose, legalBasis, retainUntil, weight, personalData, kind } = source as SaidOfSource;
  const place = source.url ?? source.path;
  const local = source.path === undefined ? undefined : await factsOf(path.resolve(project.directory, source.path));
  const said = { place, licence, purpose, legalBasis, retainUntil, weight, personalData };
  const known = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return {
    id: source.id,
    kind: kind ?? (local === undefined ? 'http' : local.kind === 'file' ? 'file' : 'folder'),
    ...known,
  };
}

export function lineageOf(project: Project, version: string): Lineage {
  const { directory, settings } = project;
  const { sources } = settings.corpus;
  const specs = sources.map((source) => source.id);
  const userPlaces = sources.flatMap((source) =>
    source.path === undefined ? [] : [path.resolve(directory, source.path)],
  );
  return {
    trace: (text, limit, work) => traceText(directory, text, { ...work, limit }),
    planForget: (selector, work) => planForget(directory, selector, { ...work, specs, userPlaces }),
    executeForget: (plan, work) => executeForget(directory, plan, { ...work, held: true }),
    finishForget: (work) => finishForget(directory, { ...work, held: true }),
    earlierReceipt: (value) => earlierReceipt(directory, value),
    async report({ htmlFile, ...look }, work) {
      const known = await Promise.all(sources.map((source) => declared(source, project)));
      const data = await reportCorpus(directory, { ...work, declared: known, codeVersion: version });
      await writeDurably(htmlFile, renderCorpusReport(data, look));
      return data;
    },
  };
}
