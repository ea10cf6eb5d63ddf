/**
 * The environment in which Debian's PyTorch is fastest: for benchmarks that stand beside it (`apt-get install python3-torch
 * libopenblas0-openmp`), an OpenBLAS whose threads are OpenMP's, as PyTorch's own are, each on a core of its own. With
 * `libopenblas0-pthread`, which `libopenblas0` brings, two pools of threads wait for each other's cores: a third to two thirds of the
 * speed (LOG.md). OpenBLAS chooses its kernels for this processor itself, whatever the environment says.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';

/** Debian's folder of the OpenBLAS with OpenMP's threads, where it is installed. */
const OPENMP_BLAS = globSync('/usr/lib/*/openblas-openmp')[0];

export interface PeerOptions {
  /** The Python script. */
  readonly peer: string;
  readonly python: string;
  /** The folder of another libblas.so.3. */
  readonly blas?: string | undefined;
}

/** What the last line of a process says, one JSON object. */
export function lastLine<T>(command: string, args: readonly string[], env = process.env): T {
  const text = execFileSync(command, [...args], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(text.trim().split('\n').at(-1)!) as T;
}

/** Runs the peer with some variables more. Where something of it is missing the process ends with code 4 and says what to install. */
export function openPeer<T>({ peer, python, blas = OPENMP_BLAS }: PeerOptions): (variables?: NodeJS.ProcessEnv) => T {
  if (!existsSync(peer)) missing(`${peer}: expected the PyTorch script, got nothing; name it with --peer`);
  if (!existsSync(python)) missing(`${python}: expected Python with PyTorch, got nothing; name it with --python`);
  // A loader that finds no library there takes another one and says nothing
  if (blas === undefined || !existsSync(path.join(blas, 'libblas.so.3'))) {
    missing(
      `${blas ?? '/usr/lib'}: expected a BLAS with the threads of OpenMP, got nothing; install it ` +
        '(apt-get install libopenblas0-openmp) or name the folder of another libblas.so.3 with --blas',
    );
  }
  const environment = {
    ...process.env,
    LD_LIBRARY_PATH: blas,
    OMP_PROC_BIND: 'true',
    OPENBLAS_CORETYPE: undefined,
    OPENBLAS_L2_SIZE: undefined,
  };
  return (variables) => lastLine<T>(python, [peer], { ...environment, ...variables });
}

function missing(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(4);
}
