import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const explain = new URL('../../dist/runner/explain.js', import.meta.url).href;
const torch = import.meta.resolve('@radweave/torch');

/** Takes 64 MB after 64 MB, and prints what the end of it is. */
const GREEDY = `
  import { explainError } from ${JSON.stringify(explain)};
  import { ones } from ${JSON.stringify(torch)};
  const kept = [];
  try {
    for (;;) kept.push(ones([2 ** 24]));
  } catch (error) {
    const { code, message } = explainError(error);
    console.log(code, kept.length, message);
  }`;

/** A control group that allows so many bytes, as a queue or a container makes it; undefined where this user may make none. */
function groupOf(bytes: number): string | undefined {
  const first = '/sys/fs/cgroup/memory';
  const group = `${existsSync(first) ? first : '/sys/fs/cgroup'}/radweave-test-${process.pid}`;
  try {
    mkdirSync(group);
    writeFileSync(`${group}/${existsSync(first) ? 'memory.limit_in_bytes' : 'memory.max'}`, String(bytes));
    return group;
  } catch {
    if (existsSync(group)) rmdirSync(group);
    return undefined;
  }
}

test('a process that a control group allows too little ends with an error, and is not killed', (context) => {
  const group = groupOf(1.5e9);
  if (group === undefined) return context.skip('this user may make no control group');
  try {
    const { status, stdout, stderr } = spawnSync(
      'sh',
      [
        '-c',
        `echo $$ > ${group}/cgroup.procs && exec "$@"`,
        'sh',
        process.execPath,
        '--input-type=module',
        '-e',
        GREEDY,
      ],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^E_NO_MEMORY \d+ there is not enough memory for this: this process may take 1\.5 GB/,
    );
    expect(Number(stdout.split(' ')[1])).toBeGreaterThan(5);
  } finally {
    rmdirSync(group);
  }
});
