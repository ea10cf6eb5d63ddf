/**
 * Finds models on the disk by path or by the name of a run. It knows the layout of a project (`runs/<name>/…`), nothing of what is
 * in a model.
 */
import path from 'node:path';
import { ExpChatError, exists, factsOf, listDirectory } from '../base/index.ts';

export interface FoundModel {
  readonly directory: string;
  /** Relative to the project, with `/`. */
  readonly name: string;
  readonly modifiedMs: number;
  /** Higher is what a person means first: chat before pretraining, final before best before a checkpoint. */
  readonly rank: number;
}

const DEEPEST = 4;

async function isModel(directory: string): Promise<boolean> {
  return (await exists(path.join(directory, 'config.json'))) && hasWeights(directory);
}

async function hasWeights(directory: string): Promise<boolean> {
  return (
    (await exists(path.join(directory, 'model.safetensors'))) ||
    (await exists(path.join(directory, 'model.safetensors.index.json')))
  );
}

function rankOf(name: string): number {
  const parts = name.split('/');
  const last = parts.at(-1)!;
  const place = last === 'final' ? 3e9 : last === 'best' ? 2e9 : 1e9;
  const step = Number(/(\d+)$/.exec(last)?.[1] ?? 0);
  return (parts.includes('chat') ? 1e10 : 0) + place + Math.min(step, 1e9 - 1);
}

/** Every model below a folder, best first. Temporary folders of writes that were cut short are left out. */
export async function modelsBelow(directory: string, base: string, depth = 0): Promise<FoundModel[]> {
  const facts = await factsOf(directory);
  if (facts?.kind !== 'directory') return [];
  if (await isModel(directory)) {
    const name = path.relative(base, directory).split(path.sep).join('/') || '.';
    const weights = (await factsOf(path.join(directory, 'config.json')))!;
    return [{ directory, name, modifiedMs: weights.modifiedMs, rank: rankOf(name) }];
  }
  if (depth >= DEEPEST) return [];
  const found: FoundModel[] = [];
  for (const entry of await listDirectory(directory)) {
    if (entry.kind !== 'directory' || /\.(tmp|old)-/.test(entry.name) || entry.name === 'node_modules') continue;
    found.push(...(await modelsBelow(path.join(directory, entry.name), base, depth + 1)));
  }
  return found.sort((a, b) => b.rank - a.rank || b.modifiedMs - a.modifiedMs);
}

/** Models of all runs of a project, the run worked on last first. */
export async function modelsOfProject(directory: string): Promise<FoundModel[]> {
  const runs = path.join(directory, 'runs');
  if (!(await exists(runs))) return [];
  const groups: FoundModel[][] = [];
  for (const entry of await listDirectory(runs)) {
    if (entry.kind !== 'directory') continue;
    const models = await modelsBelow(path.join(runs, entry.name), directory);
    if (models.length > 0) groups.push(models);
  }
  const newest = (models: FoundModel[]) => Math.max(...models.map((model) => model.modifiedMs));
  return groups.sort((a, b) => newest(b) - newest(a)).flat();
}

/**
 * The model that `name` means: a model directory, a run's folder, the name of a run; undefined is the project's newest.
 * Throws `model.not-found`.
 */
export async function findModel(directory: string, cwd: string, name: string | undefined): Promise<FoundModel> {
  const places =
    name === undefined
      ? []
      : [path.resolve(cwd, name), path.resolve(directory, name), path.join(directory, 'runs', name)];
  for (const place of places) {
    const [model] = await modelsBelow(place, directory);
    if (model) return model;
  }
  const ofProject = await modelsOfProject(directory);
  if (name === undefined && ofProject[0]) return ofProject[0];
  const known = ofProject.slice(0, 8).map((model) => model.name);
  throw new ExpChatError({
    code: 'model.not-found',
    kind: 'notFound',
    message:
      name === undefined
        ? `${directory}: expected a trained model below runs/, found none`
        : `${name}: expected a model directory or the name of a run, found neither`,
    next: 'Train one with `expchat train`, or run `expchat start` for the starter model.',
    fields: { name: name ?? '', directory, known },
  });
}
