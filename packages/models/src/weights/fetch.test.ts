import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { processSpace } from '@radweave/native/processes';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { COMMIT, hubServer, listen } from '../testing/hub-server.ts';
import { at, BYTES, blobsOf, FOLDER, HASH, hub, REPO, ranges, startOf } from './fetch.test.data.ts';
import { fetchWeights } from './fetch.ts';

test('a file is downloaded once, verified, and laid out as huggingface_hub does', async () => {
  const { origin, asked } = await hubServer(hub());
  const env = at(origin);
  const progress: [number, number][] = [];
  const found = await fetchWeights('resnet18', { env, onProgress: (...now) => progress.push(now) });
  expect(found).toMatchObject({ sha256: HASH, source: 'hub', weights: { repo: REPO } });
  expect(found.path).toBe(join(env.HF_HOME, 'hub', FOLDER, 'snapshots', COMMIT, 'model.safetensors'));
  expect(readFileSync(found.path).equals(BYTES)).toBe(true);
  if (process.platform !== 'win32') expect(readlinkSync(found.path)).toBe(`../../blobs/${HASH}`);
  expect(readFileSync(join(env.HF_HOME, 'hub', FOLDER, 'refs', 'main'), 'utf8')).toBe(COMMIT);
  expect(readdirSync(blobsOf(env.HF_HOME))).toEqual([HASH]);
  expect(progress.at(0)).toEqual([0, BYTES.length]);
  expect(progress.at(-1)).toEqual([BYTES.length, BYTES.length]);
  const requests = asked.length;
  const offline = { ...env, HF_HUB_OFFLINE: 'true' };
  expect(await fetchWeights('resnet18', { env: offline })).toMatchObject({ sha256: HASH, source: 'cache' });
  expect(asked).toHaveLength(requests);
});

test('a small file is verified by git’s hash', async () => {
  const { origin } = await hubServer(hub({ small: true }));
  const env = at(origin);
  expect((await fetchWeights('resnet18', { env })).sha256).toBe(HASH);
  const hash = createHash('sha1').update(`blob ${BYTES.length}\0`).update(BYTES).digest('hex');
  expect(readdirSync(blobsOf(env.HF_HOME))).toEqual([hash]);
});

test('a connection that is cut is taken up where it broke', async () => {
  const { origin, asked } = await hubServer(hub({ cuts: [1_000_000, 500_000] }));
  const env = at(origin);
  expect((await fetchWeights('resnet18', { env })).sha256).toBe(HASH);
  expect(startOf(ranges(asked).at(-1))).toBeGreaterThan(1_000_000);
  expect(startOf(ranges(asked).at(-1))).toBeLessThanOrEqual(1_500_000);
});

test('a server that knows no ranges sends all again', async () => {
  const { origin } = await hubServer(hub({ cuts: [1_000_000], noRanges: true }));
  expect((await fetchWeights('resnet18', { env: at(origin) })).sha256).toBe(HASH);
});

test('attempts are few, and what arrived is kept for the next time', async () => {
  const cuts = Array.from({ length: 5 }, () => 100_000);
  const { origin, asked } = await hubServer(hub({ cuts }));
  const env = at(origin);
  await expect(fetchWeights('resnet18', { env })).rejects.toMatchObject({ fault: 'network', exitCode: 5 });
  expect(asked.filter(({ method, path }) => method === 'GET' && path === '/storage')).toHaveLength(5);
  expect((await fetchWeights('resnet18', { env })).sha256).toBe(HASH);
  // What was on its way when the connection broke may be lost.
  expect(startOf(ranges(asked).at(-1))).toBeGreaterThan(0);
  expect(startOf(ranges(asked).at(-1))).toBeLessThanOrEqual(500_000);
});

test('a wrong checksum is named and nothing of the file is left', async () => {
  const announced = 'ab'.repeat(32);
  const { origin } = await hubServer(hub({ announced }));
  const env = at(origin);
  await expect(fetchWeights('resnet18', { env })).rejects.toThrow(`its hash is ${HASH}, not ${announced}`);
  expect(readdirSync(blobsOf(env.HF_HOME))).toEqual([]);
  expect(existsSync(join(env.HF_HOME, 'hub', FOLDER, 'snapshots'))).toBe(false);
});

test('a server that sends more than it announced is not listened to, and a size below zero is none', async () => {
  const { origin } = await hubServer(hub({ announcedSize: 10 }));
  const env = at(origin);
  const error = await fetchWeights('resnet18', { env }).catch((reason: unknown) => reason);
  const received = Number(/it has (\d+) bytes, not 10/.exec((error as Error).message)?.[1]);
  expect(received).toBeGreaterThan(10);
  expect(received).toBeLessThan(BYTES.length);
  expect(readdirSync(blobsOf(env.HF_HOME))).toEqual([]);
  const other = at((await hubServer(hub({ announcedSize: -10 }))).origin);
  await expect(fetchWeights('resnet18', { env: other })).rejects.toThrow('does not announce');
});

for (const [status, fault, words] of [
  [401, 'refused', 'answered 401: it wants a token, or does not accept the one in HF_TOKEN'],
  [403, 'refused', 'answered 403: access is not allowed'],
  [404, 'not-found', 'answered 404: it has no such file'],
  [200, 'not-a-hub', "does not announce the file's commit, size and hash"],
] as const) {
  test(`an answer ${status} is explained with what to do`, async () => {
    const { origin, asked } = await hubServer(hub({ status }));
    const env = at(origin);
    const error = await fetchWeights('resnet18', { env }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'WeightsError', fault, exitCode: 5 });
    const { message } = error as Error;
    expect(message).toContain(words);
    expect(message).toContain(`${REPO}/model.safetensors`);
    expect(message).toContain(`${origin}/${REPO}/resolve/main/model.safetensors`);
    expect(message).toContain('HF_ENDPOINT=');
    expect(message).toContain(join(env.HF_HOME, 'hub', FOLDER, 'snapshots', 'main', 'model.safetensors'));
    expect(message).toContain('--set model.weights=FILE');
    expect(message).toContain('--set model.pretrained=false, in radweave run and radweave train');
    expect(asked).toHaveLength(1);
  });
}

test('a server that fails for a moment is asked again', async () => {
  const behaviour = hub({ status: 503 });
  const { origin } = await hubServer(behaviour);
  const fetching = fetchWeights('resnet18', { env: at(origin) });
  setTimeout(() => delete behaviour.status, 100);
  expect((await fetching).sha256).toBe(HASH);
});

test('the token goes to the hub, and not to another origin that it redirects to', async () => {
  const storage = await hubServer(hub());
  const { origin, asked } = await hubServer(hub({ token: 'secret', storage: storage.origin }));
  const env = { ...at(origin), HF_TOKEN: 'secret' };
  expect((await fetchWeights('resnet18', { env })).sha256).toBe(HASH);
  expect(asked.map(({ authorization }) => authorization)).toEqual(['Bearer secret', 'Bearer secret']);
  expect(storage.asked).toEqual([
    { method: 'GET', path: '/storage', range: undefined, authorization: undefined },
  ]);
  await expect(fetchWeights('resnet18', { env: at(origin) })).rejects.toThrow('answered 401');
});

test('a token saved by a login is used; an endless redirect is not followed for ever', async () => {
  const { origin, asked } = await hubServer(hub({ token: 'saved' }));
  const env = at(origin);
  writeFileSync(join(env.HF_HOME, 'token'), 'saved\n');
  expect((await fetchWeights('resnet18', { env })).sha256).toBe(HASH);
  expect(asked[0]?.authorization).toBe('Bearer saved');
  const loop = await listen(
    createServer((_, response) => response.writeHead(307, { location: '/again' }).end()),
  );
  await expect(fetchWeights('resnet18', { env: at(loop) })).rejects.toMatchObject({
    name: 'WeightsError',
    exitCode: 5,
    message: expect.stringMatching(/redirects more than 10 times.*by hand:/s),
  });
});

test('mirrors and proxies that lead nowhere are named, with what to do', async () => {
  const astray = async (location: string): Promise<string> =>
    listen(createServer((_, response) => response.writeHead(302, { location }).end()));
  const cases: [env: Record<string, string>, message: RegExp][] = [
    [at(await astray('http://')), /redirects to 'http:\/\/', which is not a web address.*by hand:/s],
    [at(await astray('file:///etc/passwd')), /redirects to 'file:.*not a web address/],
    [at('not an address'), /HF_ENDPOINT must be a web address.*not 'not an address'/],
    [at('ftp://mirror'), /HF_ENDPOINT must be a web address/],
    [{ ...at('http://127.0.0.1:9'), ALL_PROXY: 'socks5://a:1' }, /not a SOCKS or other proxy.*by hand:/s],
  ];
  for (const [env, message] of cases) {
    await expect(fetchWeights('resnet18', { env }), String(message)).rejects.toMatchObject({
      name: 'WeightsError',
      exitCode: 5,
      message: expect.stringMatching(message),
    });
  }
});

test('offline with an empty cache asks nobody and says what to do', async () => {
  const { origin, asked } = await hubServer(hub());
  for (const HF_HUB_OFFLINE of ['1', 'TRUE', 'yes', 'on']) {
    const env = { ...at(origin), HF_HUB_OFFLINE };
    await expect(fetchWeights('resnet18', { env })).rejects.toMatchObject({
      fault: 'offline',
      message: expect.stringContaining('HF_HUB_OFFLINE forbids downloading it'),
    });
  }
  expect(asked).toEqual([]);
});

test('a file that was put by hand where the error says is found', async () => {
  const env = { ...at('http://127.0.0.1:9'), HF_HUB_OFFLINE: '1' };
  const folder = join(env.HF_HOME, 'hub', FOLDER, 'snapshots', 'main');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.safetensors'), BYTES);
  expect(await fetchWeights('resnet18', { env })).toMatchObject({ source: 'cache', sha256: HASH });
});

test('a cached file that has changed is refused by name', async () => {
  const { origin } = await hubServer(hub());
  const env = at(origin);
  await fetchWeights('resnet18', { env });
  writeFileSync(join(blobsOf(env.HF_HOME), HASH), 'spoilt');
  await expect(fetchWeights('resnet18', { env })).rejects.toMatchObject({
    fault: 'damaged',
    message: expect.stringContaining(`${HASH} is damaged`),
  });
});

test('a machine that cannot be reached is named', async () => {
  await expect(fetchWeights('resnet18', { env: at('http://no-such-host.invalid') })).rejects.toThrow(
    'the name of no-such-host.invalid or of its proxy could not be resolved',
  );
  const closed = createServer();
  const origin = await listen(closed);
  await new Promise((resolve) => closed.close(resolve));
  await expect(fetchWeights('resnet18', { env: at(origin) })).rejects.toThrow('refused the connection');
  // A server without TLS, spoken to with it.
  const { origin: plain } = await hubServer(hub());
  await expect(fetchWeights('resnet18', { env: at(plain.replace('http:', 'https:')) })).rejects.toMatchObject(
    { fault: 'network' },
  );
});

test('a full disk and a folder without rights are named', async (context) => {
  if (!existsSync('/dev/full')) context.skip('/dev/full is only on Linux');
  const { origin } = await hubServer(hub());
  const env = at(origin);
  mkdirSync(blobsOf(env.HF_HOME), { recursive: true });
  // What a dead process left: its part is taken over, and writing to it fails as on a full disk.
  const part = `${HASH}.${processSpace().slice(0, 8)}.${await deadProcess()}.0.incomplete`;
  symlinkSync('/dev/full', join(blobsOf(env.HF_HOME), part));
  await expect(fetchWeights('resnet18', { env })).rejects.toMatchObject({
    fault: 'disk',
    message: expect.stringContaining('the disk is full'),
  });
  expect(readdirSync(blobsOf(env.HF_HOME))).toEqual([]);
  const file = join(tempDir(), 'file');
  writeFileSync(file, '');
  await expect(fetchWeights('resnet18', { env: at(origin, join(file, 'below')) })).rejects.toMatchObject({
    fault: 'disk',
    message: expect.stringContaining('cannot be written (ENOTDIR)'),
  });
});

test('an abort stops the download with its reason; the next call continues', async () => {
  const behaviour = hub({ stall: 1_000_000 });
  const { origin, asked } = await hubServer(behaviour);
  const env = at(origin);
  const controller = new AbortController();
  const reason = new Error('stopped by the user');
  const onProgress = (done: number) => done === 1_000_000 && controller.abort(reason);
  await expect(fetchWeights('resnet18', { env, onProgress, signal: controller.signal })).rejects.toBe(reason);
  delete behaviour.stall;
  expect((await fetchWeights('resnet18', { env })).sha256).toBe(HASH);
  expect(ranges(asked).at(-1)).toBe('bytes=1000000-');
});

test('proxies are used, with their password, and NO_PROXY is heeded', async () => {
  const { origin, asked } = await hubServer(hub());
  const seen: string[] = [];
  const proxy = await listen(
    createServer((asked, response) => {
      seen.push(`${asked.url} ${asked.headers['proxy-authorization']}`);
      const { url = '', method, headers } = asked;
      request(url, { method, headers }, (answer: IncomingMessage) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }).end();
    }),
  );
  const HTTP_PROXY = proxy.replace('http://', 'http://user:pass@');
  const env = { ...at(origin), HTTP_PROXY };
  expect((await fetchWeights('resnet18', { env })).sha256).toBe(HASH);
  expect(seen).toHaveLength(asked.length);
  expect(seen[0]).toBe(
    `${origin}/${REPO}/resolve/main/model.safetensors Basic ${Buffer.from('user:pass').toString('base64')}`,
  );
  const around = { ...at(origin), HTTP_PROXY, NO_PROXY: 'localhost,127.0.0.1' };
  expect((await fetchWeights('resnet18', { env: around })).sha256).toBe(HASH);
  expect(seen).toHaveLength(asked.length / 2);
});

test('a proxy that wants a password is named', async () => {
  const server = createServer();
  server.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
  const HTTPS_PROXY = await listen(server);
  const env = { ...at('https://hub.invalid'), HTTPS_PROXY };
  await expect(fetchWeights('resnet18', { env })).rejects.toThrow(
    'the proxy answered 407 instead of connecting to hub.invalid: it wants a user and password',
  );
});

/** The number of a process that has ended. */
async function deadProcess(): Promise<number> {
  const ended = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => ended.on('close', resolve));
  return ended.pid ?? 0;
}
