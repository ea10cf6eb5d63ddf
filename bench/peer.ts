/**
 * The environment in which Debian's PyTorch is fastest: for benchmarks that stand beside it (`apt-get install python3-torch
 * libopenblas0-openmp`), an OpenBLAS whose threads are OpenMP's, as PyTorch's own are, each on a core of its own. With
 * `libopenblas0-pthread`, which `libopenblas0` brings, two pools of threads wait for each other's cores: a third to two thirds of the
 * speed (LOG.md). OpenBLAS chooses its kernels for this processor itself, whatever the environment says. It runs nothing.
 */
import { globSync } from 'node:fs';

/** The folder of the OpenBLAS with OpenMP's threads, or nothing where it is not installed. */
export const OPENMP_BLAS = globSync('/usr/lib/*/openblas-openmp')[0];

/** `blas`: the folder of the libblas.so.3 to take. */
export function peerEnvironment(blas: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    LD_LIBRARY_PATH: blas,
    OMP_PROC_BIND: 'true',
    OPENBLAS_CORETYPE: undefined,
    OPENBLAS_L2_SIZE: undefined,
  };
}

/** `given`, or the one that is installed; without either the process ends with code 4 and says what to install. */
export function blasFor(given: string | undefined): string {
  const blas = given ?? OPENMP_BLAS;
  if (blas !== undefined) return blas;
  process.stderr.write('the peer: expected a BLAS with the threads of OpenMP, found none in /usr/lib\n');
  process.stderr.write(
    'Install it (apt-get install libopenblas0-openmp) or name the folder of another one with --blas.\n',
  );
  process.exit(4);
}
