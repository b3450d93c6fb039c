import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import { ConsentNeeded } from './errors.ts';
import { setUp } from './setup.ts';

/** A machine with an NVIDIA GPU, pip and all that building needs: programs of these names, which do nothing but answer. */
function gpuMachine(): { env: NodeJS.ProcessEnv; cache: string } {
  const [bin, cache] = [tempDir(), tempDir()];
  const programs = {
    'nvidia-smi': "echo '580.65.06, 9.0, NVIDIA H100'",
    python3: 'echo "pip 26.0 from x"; [ "$3" = --version ]',
    ...{ cmake: '', 'c++': '', ninja: '' },
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return { env: { PATH: bin, RADWEAVE_CACHE: cache }, cache };
}

onLinux('gigabytes are fetched only after a yes, and nothing is changed before', () => {
  const { env, cache } = gpuMachine();
  const said: string[] = [];
  const attempt = (yes: boolean) => () => setUp((line) => said.push(line), { libtorch: 'pinned', yes }, env);
  expect(attempt(false)).toThrow(ConsentNeeded);
  expect(attempt(false)).toThrow(/for cuda is \d\.\d GB to fetch: say so by radweave setup --yes/);
  expect([said, readdirSync(cache)]).toEqual([[], []]);
  // pip brings nothing here.
  expect(attempt(true)).toThrow(/pip could not fetch libtorch/);
  expect(said.join()).toMatch(/Fetching libtorch .* \(cuda\) by python3 -m pip: \d\.\d GB/);
});
