import { readdirSync } from 'node:fs';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { nativeCache } from './cache.ts';
import { namedLibtorch, rememberLibtorch } from './named.ts';

test('--libtorch comes before RADWEAVE_LIBTORCH, that before an earlier --libtorch; auto names none', () => {
  const env = { RADWEAVE_CACHE: tempDir() };
  const both = { ...env, RADWEAVE_LIBTORCH: '/b' };
  expect(namedLibtorch(undefined, env)).toBeUndefined();
  rememberLibtorch('/c', env);
  expect(namedLibtorch('/a', both)).toEqual({ folder: '/a', by: '--libtorch' });
  expect(namedLibtorch(undefined, both)).toEqual({ folder: '/b', by: 'RADWEAVE_LIBTORCH' });
  expect(namedLibtorch(undefined, env)).toEqual({ folder: '/c', by: 'an earlier --libtorch' });
  expect(namedLibtorch('auto', both)).toBeUndefined();
  expect(readdirSync(nativeCache(env))).toEqual(['named-libtorch']);
  rememberLibtorch(undefined, env);
  expect(namedLibtorch(undefined, env)).toBeUndefined();
});
