// Fetching with a pip that only copies; the real ones are tried by hand (docs/install.md says where).
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import { SetupError } from './errors.ts';
import { downloadWheels, fetchLibtorch, takeLibtorch } from './fetch.ts';
import { pip, programs } from './made-up-programs.test.support.ts';
import { libtorchTree, madeUpWheel, writeTree } from './made-up-trees.test.support.ts';
import { packageClient } from './package-client.ts';
import { PINNED_TORCH } from './pinned.ts';
import { THIS_MACHINE, type Wheel, wheelsFor } from './wheels.ts';

const TAG = /-(manylinux_[^-]*)\.whl/.exec(wheelsFor(THIS_MACHINE, 'cpu')[0]?.file ?? '')?.[1] ?? 'none';
const OTHER = `torch-9.9.0-cp311-cp311-${TAG}.whl`;
const FILES = {
  'torch/lib/libtorch_cpu.so': 'cpu',
  'torch/lib/libtorch_cuda.so': 'cuda',
  'torch/version.py': 'v',
};

const BYTES = madeUpWheel(FILES);
const WHEEL: Wheel = {
  file: OTHER,
  bytes: BYTES.length,
  sha256: createHash('sha256').update(BYTES).digest('hex'),
};

onLinux('pip is told version, hash and platform; what is there already is not fetched again', () => {
  const wheels = tempDir();
  writeFileSync(join(wheels, OTHER), madeUpWheel(FILES));
  const env = programs({ python3: pip('26.0', wheels) });
  const client = packageClient(env);
  expect(client).toEqual({ name: 'pip', command: ['python3', '-m', 'pip'], version: [26, 0] });
  if (client === undefined) throw new Error('no pip');
  const folder = join(tempDir(), 'new');
  // Of a set-up that was killed long ago, and one that may be at work, on another computer.
  for (const [name, age] of [
    ['.arriving.1-0123456789abcdef.tmp', 2],
    ['.arriving.2-0123456789abcdef.tmp', 0],
  ] as const) {
    mkdirSync(join(folder, name), { recursive: true });
    const then = Date.now() / 1000 - age * 86_400;
    utimesSync(join(folder, name), then, then);
  }
  for (let i = 0; i < 2; i++) downloadWheels(client, [WHEEL], folder, env);
  expect(readdirSync(folder)).toEqual(['.arriving.2-0123456789abcdef.tmp', OTHER]);
  const asked = readFileSync(join(wheels, 'asked'), 'utf8').trim().split('\n');
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(
    /download --no-deps .*--require-hashes --resume-retries 30 .*--python-version 3\.11/,
  );
  expect(asked[0]).toContain(`--platform ${TAG}`);
  // The folder of temporary files is often too small for what pip writes first.
  expect(asked[0]?.startsWith(join(folder, '.arriving.'))).toBe(true);
});

onLinux('a pip that fails is an error with what it said, and leaves nothing', () => {
  const env = programs({ python3: pip('26.0', tempDir()) });
  const client = packageClient(env);
  if (client === undefined) throw new Error('no pip');
  const folder = tempDir();
  expect(() => downloadWheels(client, [WHEEL], folder, env)).toThrow(
    /pip could not fetch libtorch[\s\S]*\nWithout internet \(pip then says .*\): run radweave setup --download_only DIR .* --from DIR here$/,
  );
  expect(readdirSync(folder)).toEqual([]);
});

onLinux('a disk that fills while wheels arrive is told; the next try fetches what is missing', () => {
  const wheels = tempDir();
  const other = `nvidia-1.0-py3-none-${TAG}.whl`;
  const libtorch = Object.entries(libtorchTree()).map(([name, text]) => [`torch/${name}`, text]);
  const bytes = {
    [OTHER]: madeUpWheel(Object.fromEntries(libtorch)),
    [other]: madeUpWheel({ 'nvidia/cu13/lib/libcudart.so.13': '' }, { name: 'nvidia-1.0' }),
  };
  for (const [name, content] of Object.entries(bytes)) writeFileSync(join(wheels, name), content);
  writeFileSync(join(wheels, 'full'), '');
  const fills = `
if [ "$requirement" = nvidia==1.0 ] && [ -e ${wheels}/full ]; then
  echo half > "$2/${other}"; echo "OSError: [Errno 28] No space left on device" >&2; exit 1
fi`;
  const env = programs({ python3: pip('26.0', wheels, fills) });
  const client = packageClient(env);
  if (client === undefined) throw new Error('no pip');
  const pinned = Object.entries(bytes).map(([file, content]) => ({
    file,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  const place = join(env.RADWEAVE_CACHE ?? '', 'libtorch');
  const fetched = (): string => fetchLibtorch(client, 'cpu', () => undefined, env, pinned);
  expect(fetched).toThrow(
    `The disk of ${join(place, 'wheels-cpu')} is full. Free some space, or set RADWEAVE_CACHE to another folder`,
  );
  expect(readdirSync(place)).toEqual(['wheels-cpu']);
  expect(readdirSync(join(place, 'wheels-cpu'))).toEqual([OTHER]);
  rmSync(join(wheels, 'full'));
  expect(readdirSync(join(dirname(fetched()), 'nvidia', 'cu13', 'lib'))).toEqual(['libcudart.so.13']);
  expect(readdirSync(place)).toEqual([`${PINNED_TORCH}-cpu`]);
  expect(readFileSync(join(wheels, 'asked'), 'utf8').trim().split('\n')).toHaveLength(3);
});

onLinux('what arrived at an earlier try needs no more room', () => {
  const client = { name: 'pip', command: ['/nowhere'], version: [26, 0] } as const;
  const env = { RADWEAVE_CACHE: tempDir() };
  // A hole, which takes no disk: 8.8 TB.
  const huge = { ...WHEEL, bytes: 2 ** 43 };
  const said: string[] = [];
  const fetched = () => fetchLibtorch(client, 'cpu', (line) => said.push(line), env, [huge]);
  expect(fetched).toThrow(/needs 17592\.2 GB of disk/);
  const arrived = join(env.RADWEAVE_CACHE, 'libtorch', 'wheels-cpu');
  writeTree(arrived, { [OTHER]: '' });
  truncateSync(join(arrived, OTHER), huge.bytes);
  expect(fetched).toThrow(/needs 8796\.1 GB of disk/);
  expect(said).toEqual([]);
});

onLinux('a cache or a folder that cannot be written is told before anything is fetched', () => {
  const client = { name: 'pip', command: ['/nowhere'], version: [26, 0] } as const;
  const fetched = (RADWEAVE_CACHE: string) => () =>
    fetchLibtorch(client, 'cpu', () => undefined, { RADWEAVE_CACHE }, [WHEEL]);
  expect(fetched('/sys/kernel/radweave')).toThrow(
    '/sys/kernel/radweave/libtorch is not writable. Correct its permissions, or set RADWEAVE_CACHE to another folder',
  );
  const file = join(tempDir(), 'file');
  writeFileSync(file, '');
  expect(fetched(join(file, 'x'))).toThrow(
    `${join(file, 'x', 'libtorch')} cannot be made: ${file} is a file. Correct this, or set RADWEAVE_CACHE to another folder`,
  );
  const elsewhere = 'name a folder on another disk';
  expect(() => downloadWheels(client, [], '/sys/kernel/libtorch', {}, elsewhere)).toThrow(
    '/sys/kernel/libtorch is not writable. Correct its permissions, or name a folder on another disk',
  );
});

onLinux('the package client: pip of the active environment, then of the PATH, then uv', () => {
  const active = tempDir();
  writeTree(active, { 'bin/python': `#!/bin/sh\n${pip('25.3', active)}` });
  chmodSync(join(active, 'bin/python'), 0o755);
  const env = programs({ pip3: pip('24.0', active), uv: 'echo "uv 0.9.1 (x)"' });
  const commands = [{ ...env, VIRTUAL_ENV: active }, env].map((each) => packageClient(each)?.command[0]);
  expect(commands).toEqual([join(active, 'bin', 'python'), 'pip3']);
  expect(packageClient(programs({ uv: 'echo "uv 0.9.1 (x)"' }))).toMatchObject({
    name: 'uv',
    version: [0, 9],
  });
  expect(packageClient(programs({}))).toBeUndefined();
});

onLinux(
  'a wheel that somebody brought is taken for the CPU alone, and what it is compared with is said',
  () => {
    const folder = tempDir();
    writeFileSync(join(folder, OTHER), madeUpWheel(FILES));
    const env = { RADWEAVE_CACHE: tempDir() };
    const said: string[] = [];
    const root = takeLibtorch(join(folder, OTHER), undefined, (line) => said.push(line), env);
    expect(readdirSync(join(root, 'lib'))).toEqual(['libtorch_cpu.so']);
    expect(said.join()).toMatch(/is not the pinned torch/);
    expect(takeLibtorch(folder, undefined, () => undefined, env)).toBe(root);
    expect(
      existsSync(
        join(
          takeLibtorch(folder, 'cuda', () => undefined, env),
          'lib/libtorch_cuda.so',
        ),
      ),
    ).toBe(true);
  },
);

onLinux('what uv installed for CUDA is taken for CUDA, and what it is compared with is said', () => {
  const folder = tempDir();
  const hash = createHash('sha256').update('cuda').digest('base64url');
  for (const { file } of wheelsFor(THIS_MACHINE, 'cuda')) {
    const list = file.startsWith('torch-') ? `torch/lib/libtorch_cuda.so,sha256=${hash},4\n` : '';
    writeTree(folder, { [`${file.split('-').slice(0, 2).join('-')}.dist-info/RECORD`]: list });
  }
  writeTree(folder, { 'torch/lib/libtorch_cuda.so': 'cuda' });
  const said: string[] = [];
  const root = takeLibtorch(folder, undefined, (line) => said.push(line), { RADWEAVE_CACHE: tempDir() });
  expect(readdirSync(join(root, 'lib'))).toEqual(['libtorch_cuda.so']);
  expect(said.join()).toMatch(/compared with their own lists alone/);
});

onLinux('what is brought again with a wheel more replaces what lacked it', () => {
  const folder = tempDir();
  const libtorch = Object.entries(libtorchTree()).map(([name, text]) => [`torch/${name}`, text]);
  writeFileSync(join(folder, OTHER), madeUpWheel(Object.fromEntries(libtorch)));
  const env = { RADWEAVE_CACHE: tempDir() };
  const take = () => dirname(takeLibtorch(folder, 'cpu', () => undefined, env));
  expect(existsSync(join(take(), 'nvidia'))).toBe(false);
  const cudart = { 'nvidia/cu13/lib/libcudart.so.13': '' };
  writeFileSync(join(folder, `nvidia_cuda_runtime-1.0-py3-none-${TAG}.whl`), madeUpWheel(cudart));
  expect(existsSync(join(take(), ...Object.keys(cudart)))).toBe(true);
});

onLinux('of what uv installed no wheel may be missing', () => {
  const folder = tempDir();
  const wheels = wheelsFor(THIS_MACHINE, 'cpu');
  const lists = wheels.map(({ file }) => `${file.split('-').slice(0, 2).join('-')}.dist-info`);
  writeTree(folder, Object.fromEntries(lists.map((list) => [`${list}/RECORD`, ''])));
  writeTree(folder, { 'torch/lib/libtorch_cpu.so': '' });
  rmSync(join(folder, lists.at(-1) ?? ''), { recursive: true });
  const take = () => takeLibtorch(folder, 'cpu', () => undefined, { RADWEAVE_CACHE: tempDir() });
  expect(take).toThrow(`What is in ${wheels.at(-1)?.file} is missing in ${folder}: put it there, too`);
});

onLinux('a fetched libtorch that lost a part is replaced', () => {
  const folder = tempDir();
  const files = Object.entries(libtorchTree()).map(([name, text]) => [`torch/${name}`, text] as const);
  writeFileSync(join(folder, OTHER), madeUpWheel(Object.fromEntries(files)));
  const env = { RADWEAVE_CACHE: tempDir() };
  const take = () => takeLibtorch(folder, undefined, () => undefined, env);
  rmSync(join(take(), 'include'), { recursive: true });
  expect(existsSync(join(take(), 'include', 'ATen', 'ATen.h'))).toBe(true);
});

onLinux(
  'what is brought and altered, incomplete or for another machine is refused, and nothing is left',
  () => {
    const env = { RADWEAVE_CACHE: tempDir() };
    const bring = (files: Record<string, Buffer | string>) => {
      const folder = tempDir();
      for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
      return () => takeLibtorch(folder, undefined, () => undefined, env);
    };
    const pinned = wheelsFor(THIS_MACHINE, 'cpu')[0]?.file ?? '';
    expect(bring({ [pinned]: madeUpWheel(FILES) })).toThrow(/altered or damaged: its SHA-256 is not/);
    expect(bring({ [OTHER]: madeUpWheel(FILES).subarray(0, 99) })).toThrow(SetupError);
    expect(bring({ 'torch-9.9.0-cp311-cp311-win_amd64.whl': '' })).toThrow(/has no wheel of torch for linux/);
    expect(bring({ [OTHER]: '', [pinned]: '' })).toThrow(/ has \S+\.whl, \S+\.whl\. Name/);
    expect(() => takeLibtorch('/nowhere', undefined, () => undefined, env)).toThrow(/does not exist/);
    expect(readdirSync(join(env.RADWEAVE_CACHE, 'libtorch'))).toEqual([]);
  },
);

onLinux('a disk that is too small is told before anything is unpacked', () => {
  const folder = tempDir();
  writeFileSync(join(folder, OTHER), '');
  // A hole, which takes no disk: 8.8 TB.
  truncateSync(join(folder, OTHER), 2 ** 43);
  const env = { RADWEAVE_CACHE: tempDir() };
  expect(() => takeLibtorch(folder, 'cuda', () => undefined, env)).toThrow(
    /needs 17592\.2 GB of disk in .*has .* free.*RADWEAVE_CACHE/,
  );
});

onLinux('uv is told the platform, the least macOS too, and leaves what is in the wheels', () => {
  const asked = join(tempDir(), 'asked');
  const uv = `
if [ "$1" = --version ]; then echo "uv 0.13.9"; exit 0; fi
echo "$MACOSX_DEPLOYMENT_TARGET $@" >> ${asked}
while [ "$1" != --target ]; do shift; done
/bin/mkdir -p "$2/torch/lib" "$2/bin" && echo > "$2/torch/lib/libc10.so"`;
  const env = programs({ uv });
  const client = packageClient(env);
  if (client === undefined) throw new Error('no uv');
  const platforms = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'].map((platform) => {
    const folder = tempDir();
    downloadWheels(client, wheelsFor(platform, 'cpu'), folder, env);
    expect(readdirSync(folder)).toEqual(['torch']);
    return readFileSync(asked, 'utf8').trim().split('\n').at(-1);
  });
  const home = tempDir();
  writeTree(home, { 'bin/mine': 'mine' });
  expect(() => downloadWheels(client, wheelsFor('linux-x64', 'cpu'), home, env)).toThrow(
    /is not empty, it has bin: name a new folder/,
  );
  expect(readdirSync(home)).toEqual(['bin']);
  expect(readdirSync(join(home, 'bin'))).toEqual(['mine']);
  expect(platforms).toEqual(
    [
      '^ ?pip install .*--require-hashes .*--python-platform x86_64-manylinux_2_28 ',
      '--python-platform aarch64-manylinux_2_28 ',
      '^14\\.0 .*--python-platform aarch64-apple-darwin ',
      '--python-platform windows ',
    ].map((text) => expect.stringMatching(text)),
  );
});

onLinux(
  'an old pip fetches the newest that its Python can run, and continues itself where there is none',
  () => {
    const wheels = tempDir();
    writeFileSync(join(wheels, OTHER), BYTES);
    const own = pip('20.0', wheels);
    // The wheel of a pip is a program for this Python: its second argument begins with a path.
    const python = `case "$1" in /*) echo "run $1" >> ${wheels}/asked; shift; set -- -m pip "$@";; esac\n`;
    const fetched = (): string[] => {
      const env = programs({ python3: python + own });
      const client = packageClient(env);
      if (client === undefined) throw new Error('no pip');
      downloadWheels(client, [WHEEL], tempDir(), env);
      const lines = readFileSync(join(wheels, 'asked'), 'utf8').trim().split('\n');
      writeFileSync(join(wheels, 'asked'), '');
      return lines.flatMap((line) => /^run .*(pip-[\d.]+)-py3/.exec(line)?.[1] ?? []);
    };
    expect(fetched()).toEqual([]);
    writeFileSync(join(wheels, 'pip-25.0.1-py3-none-any.whl'), '');
    expect(new Set(fetched())).toEqual(new Set(['pip-25.0.1']));
  },
);
