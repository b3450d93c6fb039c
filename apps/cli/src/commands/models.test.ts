import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createModel } from '@radweave/models';
import { tempDir } from '@radweave/testkit';
import { loadCheckpoint, saveSafetensors } from '@radweave/torch';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { main } from '../main.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Runs `radweave models …` with a cache of its own and returns its exit code and what it printed. */
async function models(...args: string[]) {
  const printed = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.err += text;
    return true;
  });
  const code = await main(['models', ...args]);
  vi.restoreAllMocks();
  return { code, ...printed };
}

test('list shows what matches, as a table or JSON', async () => {
  const { code, out } = await models('list', 'resnet1?');
  expect(code).toBe(0);
  expect(out.split('\n\n')[0]?.split('\n')).toHaveLength(3);
  expect(out).toMatch(/^resnet18 .*ResNet-18/m);
  const { out: json } = await models('list', 'swin_t*', '--json');
  expect(JSON.parse(json)).toMatchObject([{ name: 'swin_tiny_patch4_window7_224', aliases: ['swin_t'] }]);
  expect(await models('list', 'zz*')).toMatchObject({
    code: 2,
    err: expect.stringContaining("matches 'zz*'"),
  });
});

test('info tells address, licence and input of the weights, and whether they are here', async () => {
  vi.stubEnv('HF_HOME', tempDir());
  vi.stubEnv('HF_ENDPOINT', 'https://mirror.example');
  const { code, out } = await models('info', 'swin_t');
  expect(code).toBe(0);
  expect(out).toContain('https://mirror.example/timm/swin_tiny_patch4_window7_224.ms_in1k/resolve/main/');
  expect(out).toMatch(/licence +mit/);
  expect(out).toMatch(/here +no/);
  const { out: json } = await models('info', 'resnet18.tv_in1k', '--json');
  expect(JSON.parse(json).weights).toMatchObject([{ tag: 'tv_in1k', license: 'bsd-3-clause', path: null }]);
  expect(await models('info', 'restnet18')).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean 'resnet18'"),
  });
});

test('fetch downloads, says where to, and does nothing the second time', async () => {
  const bytes = Buffer.from('weights');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const commit = '1'.repeat(40);
  const server = createServer((_, response) => {
    response.writeHead(200, { etag: `"${sha256}"`, 'x-repo-commit': commit, 'content-length': bytes.length });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const home = tempDir();
  vi.stubEnv('HF_HOME', home);
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('NO_PROXY', '*');
  const { code, out, err } = await models('fetch', 'resnet18');
  const path = join(home, 'hub', 'models--timm--resnet18.a1_in1k', 'snapshots', commit, 'model.safetensors');
  expect({ code, out }).toEqual({ code: 0, out: `${path}\ndownloaded, sha256 ${sha256}\n` });
  expect(err).toContain('resnet18 (MB): 1 done');
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  const again = await models('fetch', 'resnet18', '--json');
  expect(JSON.parse(again.out)).toEqual({
    path,
    sha256,
    source: 'cache',
    repo: 'timm/resnet18.a1_in1k',
    file: 'model.safetensors',
  });
});

test('fetch without a network ends with 5 and says what to do', async () => {
  vi.stubEnv('HF_HOME', tempDir());
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  const { code, err } = await models('fetch', 'resnet18');
  expect(code).toBe(5);
  expect(err).toContain('--set model.weights=FILE');
  expect(err).not.toMatch(/\n {4}at /);
});

test('export writes weights for PyTorch, and says in Python how to load them', async () => {
  const folder = tempDir();
  const [file, output] = [join(folder, 'own.safetensors'), join(folder, 'theirs.pth')];
  await saveSafetensors(
    file,
    createModel('mobilenetv3_small_100', { numClasses: 2, inChans: 1 }).stateDict(),
  );
  const args = ['export', file, '--model', 'mobilenetv3_small_100', '--output', output];
  const { code, out } = await models(...args, '--layout', 'torchvision');
  expect(code).toBe(0);
  expect(out).toContain('244 tensors of mobilenetv3_small_100 for torchvision, 2 classes, 3 channels');
  expect(out).toContain('model = torchvision.models.mobilenet_v3_small(num_classes=2)');
  expect(await loadCheckpoint(output)).toHaveProperty('size', 244);
  const again = await models(...args, '--overwrite', '--json');
  expect(JSON.parse(again.out)).toMatchObject({ layout: 'timm', tensors: 244, in_chans: 1, output });
  const wrong = await models(...args, '--image_size', 'big');
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("not 'big'") });
});
