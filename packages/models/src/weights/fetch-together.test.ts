import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hubServer } from '../testing/hub-server.ts';
import { at, blobsOf, HASH, hub, ranges } from './fetch.test.data.ts';
import { fetchWeights } from './fetch.ts';

test('two calls in one process share a download; so do a name and its tag', async () => {
  const { origin, asked } = await hubServer(hub());
  const env = at(origin);
  const both = await Promise.all([
    fetchWeights('resnet18', { env }),
    fetchWeights('resnet18', { env, tag: 'a1_in1k' }),
  ]);
  expect(both.map(({ source }) => source)).toEqual(['hub', 'cache']);
  expect(asked.filter(({ path }) => path === '/storage')).toHaveLength(1);
});

test('two processes that download the same file at once both get it', async () => {
  const { origin } = await hubServer(hub());
  const env = at(origin);
  const results = await Promise.all([child(env).done, child(env).done]);
  expect(results).toEqual([HASH, HASH]);
  expect(readdirSync(blobsOf(env.HF_HOME))).toEqual([HASH]);
});

test('a download that was killed is taken up by the next process', async () => {
  const behaviour = hub({ stall: 2_000_000 });
  const { origin, asked } = await hubServer(behaviour);
  const env = at(origin);
  const killed = child(env);
  await killed.reached(2_000_000);
  killed.process.kill('SIGKILL');
  await killed.done;
  expect(readdirSync(blobsOf(env.HF_HOME))).toEqual([expect.stringMatching(/\.incomplete$/)]);
  delete behaviour.stall;
  expect(await child(env).done).toBe(HASH);
  expect(ranges(asked).at(-1)).toBe('bytes=2000000-');
  expect(readdirSync(blobsOf(env.HF_HOME))).toEqual([HASH]);
});

/** Another process that fetches resnet18's weights: its progress, and the hash in the end. */
function child(env: Record<string, string>) {
  const library = new URL('../../dist/weights/fetch.js', import.meta.url);
  const program = `
    const { fetchWeights } = await import(${JSON.stringify(library.href)});
    const onProgress = (done) => process.stdout.write(done + '\\n');
    console.log((await fetchWeights('resnet18', { onProgress })).sha256);`;
  const process_ = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...env, PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const watchers = new Set<() => void>();
  process_.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const watch of watchers) watch();
  });
  return {
    process: process_,
    reached: (bytes: number) =>
      new Promise<void>((resolve) => {
        const watch = () => text.split('\n').includes(String(bytes)) && resolve();
        watchers.add(watch);
        watch();
      }),
    done: new Promise<string>((resolve) => {
      process_.on('close', () => resolve(text.trim().split('\n').at(-1) ?? ''));
    }),
  };
}
