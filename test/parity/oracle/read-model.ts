/**
 * Runs `read_model.py` beside it, the PyTorch reading of a model directory that stands for other people's tools. It
 * knows where that can not run, and why.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const PYTHON = '/usr/bin/python3';

/** Why the reading can not run here, or false where it can. */
export function reasonToSkip(): string | false {
  const probe = spawnSync(PYTHON, ['-c', 'import torch'], { encoding: 'utf8' });
  if (probe.error) return `${PYTHON} can not be run (${probe.error.message}); Debian: apt-get install python3-torch`;
  return probe.status === 0 ? false : `${PYTHON} has no torch; Debian: apt-get install python3-torch`;
}

/** Logits (B T V), row-major, of ids (B, T) by the model in `directory`. */
export function logitsByPyTorch(directory: string, ids: number[][]): Float32Array {
  const script = path.join(import.meta.dirname, 'read_model.py');
  const result = spawnSync(PYTHON, ['-B', script, directory], {
    input: JSON.stringify(ids),
    encoding: 'utf8',
    maxBuffer: 256 * 2 ** 20,
  });
  if (result.status !== 0) throw new Error(`read_model.py ${directory}: exit ${result.status}\n${result.stderr}`);
  return Float32Array.from((JSON.parse(result.stdout) as number[][][]).flat(2));
}
