import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { debianTriplet, type Host, type Libtorch } from './libtorch.ts';
import type { NativeRecord } from './record.ts';

/**
 * Which BLAS the engine shall use with this libtorch.
 *
 * Debian's libtorch takes the system's. OpenBLAS's pthread build ignores libtorch's thread count and fights its
 * threads, so the OpenMP build is mapped by path. libblas.so.3 needs libopenblas.so.0, whose default may be
 * the pthread build: it comes first.
 *
 * @param libraries folder of the system's libraries, as `/usr/lib`.
 */
export function chooseBlas(libtorch: Libtorch, host: Host, libraries = '/usr/lib'): NativeRecord['blas'] {
  if (libtorch.source !== 'system') return { kind: 'bundled', preload: [] };
  if (host.platform !== 'linux') return { kind: 'unknown', preload: [] };
  const folder = join(libraries, debianTriplet(host.arch));
  const preload = ['libopenblas.so.0', 'libblas.so.3', 'liblapack.so.3'].map((name) =>
    join(folder, 'openblas-openmp', name),
  );
  if (preload.every((path) => existsSync(path))) return { kind: 'openblas-openmp', preload };
  const pthread = existsSync(join(folder, 'openblas-pthread', 'libblas.so.3'));
  return { kind: pthread ? 'openblas-pthread' : 'unknown', preload: [] };
}

/** BLAS and LAPACK files in the text of `/proc/self/maps`. */
export function mappedBlas(maps: string): string[] {
  const files = maps.split('\n').flatMap((line) => line.match(/\/.*$/) ?? []);
  return [...new Set(files)]
    .filter((file) => /\/lib(open|f77|c)?(blas|lapack|mkl)[^/]*\.(so|dylib)/.test(file))
    .sort();
}

/** One line for people on the BLAS that was wanted and what is really mapped. */
export function describeBlas(blas: NativeRecord['blas'], mapped: readonly string[]): string {
  const files = mapped.filter((file) => !file.includes('lapack')).join(', ');
  const slower = 'training will be slower; libopenblas0-openmp is the one to install';
  if (mapped.some((file) => file.includes('openblas-pthread')))
    return `OpenBLAS, pthread build (${files}): ${slower}`;
  if (blas.kind === 'openblas-openmp') return `OpenBLAS, OpenMP build (${files || blas.preload.join(', ')})`;
  if (blas.kind === 'bundled') return files ? `libtorch's own (${files})` : "libtorch's own";
  return `${files || 'not known'}: ${slower}`;
}
