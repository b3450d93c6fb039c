import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('signals that come while matrices are multiplied leave numbers and memory whole', () => {
  // A profile of V8 sends the thread a signal for each sample.
  const script = `
    import { Session } from 'node:inspector';
    import { ones, tidy } from '@radweave/torch';
    const session = new Session();
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: 100 });
    session.post('Profiler.start');
    const end = Date.now() + 4000;
    for (let k = 96; Date.now() < end; k = k === 96 ? 768 : 96) {
      tidy(() => {
        const product = ones([384, k]).mm(ones([k, 1024]));
        if (product.min().item() !== k || product.max().item() !== k) throw new Error('wrong product');
      });
    }
    session.post('Profiler.stop', (_, { profile }) => console.log(profile.samples.length > 100));`;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script],
    {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    },
  );
  expect({ status, signal, stdout, stderr }).toEqual({
    status: 0,
    signal: null,
    stdout: 'true\n',
    stderr: '',
  });
});
