import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { join, relative, sep } from 'node:path';
import { objectPlace } from '@radweave/artifacts';
import { filesBelow, OBJECT_SERVER_NEEDS, ObjectServer, peerTest, tempDir } from '@radweave/testkit';
import { afterAll, afterEach, expect, type TestContext, vi } from 'vitest';
import { type Bringing, bringObjects } from './bring.ts';
import { fetchObject } from './fetch.ts';
import { Store } from './store.ts';

const server = new ObjectServer();
const proxies: Server[] = [];
afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  for (const one of proxies) one.close();
});

/** Names the store and its keys as a user does, with a cache of its own. @returns the address of the store. */
async function named(who: 'env' | 'reader' = 'reader', more: Record<string, string> = {}): Promise<URL> {
  const env = { ...(await server.start())[who], RADWEAVE_CACHE: tempDir(), ...more };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return new URL((await server.start()).env.AWS_ENDPOINT_URL ?? '');
}

/** Files below a folder by their paths from it. */
function below(folder: string): string[] {
  return filesBelow(folder).map((path) => relative(folder, path).split(sep).join('/'));
}

const quiet: Bringing = { onProgress: () => undefined, say: () => undefined, shouldStop: () => false };

async function bring(address: string, how: Partial<Bringing> = {}) {
  const place = objectPlace(address);
  const brought = await bringObjects(place, { ...quiet, ...how });
  return { ...place, ...brought };
}

function test(name: string, body: (context: TestContext) => Promise<void>): void {
  peerTest(name, OBJECT_SERVER_NEEDS, body);
}

test('what lies below a prefix becomes files, and only what is new or changed is fetched again', async () => {
  await named();
  await server.bucket('changes', {
    'study/JM/a.png': 'one',
    'study/JM/b c+&é%2F.png': 'two',
    'study/': '',
    'studyX/c.png': 'no',
  });
  const first = await bring('s3://changes/study/');
  expect(first).toMatchObject({ objects: 2, bytes: 6, fetched: 2, fetchedBytes: 6, removed: 0 });
  expect(first.folder).toMatch(/[\\/]study$/);
  expect(below(first.folder).sort()).toEqual(['JM/a.png', 'JM/b c+&é%2F.png']);
  expect(readFileSync(join(first.folder, 'JM/b c+&é%2F.png'), 'utf8')).toBe('two');
  expect(await bring('s3://changes/study')).toMatchObject({ folder: first.folder, objects: 2, fetched: 0 });

  await server.remove('changes', 'study/JM/a.png');
  const file = join(first.folder, 'JM/b c+&é%2F.png');
  writeFileSync(file, 'TWO');
  // Within the second in which the object was stored nobody could tell.
  const later = Date.now() / 1000 + 60;
  utimesSync(file, later, later);
  expect(await bring('s3://changes/study')).toMatchObject({ objects: 1, fetched: 1, removed: 1 });
  expect(readFileSync(file, 'utf8')).toBe('two');
  expect(below(first.folder)).toEqual(['JM/b c+&é%2F.png']);
});

test('a changed object of the same size is fetched again, and a file becomes a folder', async () => {
  await named();
  await server.bucket('sizes', { 'p/a': 'one', 'p/b': 'x' });
  const { folder } = await bring('s3://sizes/p');
  // As though it had been stored and fetched an hour ago.
  const past = Date.now() / 1000 - 3600;
  utimesSync(join(folder, 'a'), past, past);
  await server.remove('sizes', 'p/b');
  await server.upload('sizes', 'p/b/', import.meta.filename);
  expect(await bring('s3://sizes/p')).toMatchObject({ fetched: 2, removed: 1 });
  expect(below(folder).sort()).toEqual(['a', 'b/bring.test.ts']);
});

test('a list of several pages is read to its end; markers of folders are no files', async () => {
  await named();
  const markers = Array.from({ length: 1001 }, (_, i) => [`${i}/`, '']);
  await server.bucket('pages', { ...Object.fromEntries(markers), 'y.png': 'one', 'z.png': 'two' });
  const steps: [number, number][] = [];
  const { folder, ...counts } = await bring('s3://pages', { onProgress: (...step) => void steps.push(step) });
  expect(counts).toMatchObject({ objects: 2, fetched: 2, bytes: 6 });
  expect(below(folder)).toEqual(['y.png', 'z.png']);
  expect(steps).toEqual([
    [1, 2],
    [2, 2],
  ]);
});

/** What becomes of a piece of an answer, after so many bytes of it; null cuts the connection. */
type Change = (piece: Buffer, passed: number) => Buffer | null;

/** Forwards to the store, changing its answers. */
async function through(store: URL, change: Change): Promise<string> {
  const proxy = createServer((client) => {
    const upstream = connect(Number(store.port), store.hostname);
    let passed = 0;
    client.on('error', () => upstream.destroy()).pipe(upstream);
    upstream.on('error', () => client.destroy());
    upstream.on('end', () => client.end());
    upstream.on('data', (chunk) => {
      const piece = change(chunk, passed);
      passed += chunk.length;
      if (piece !== null) return void client.write(piece);
      upstream.destroy();
      client.end(() => client.destroy());
    });
  });
  proxies.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

function largeFile(size: number): string {
  const path = join(tempDir(), 'large.bin');
  writeFileSync(path, randomBytes(size));
  return path;
}

test('an object of several parts whose connection is cut at 90 % goes on near there', async () => {
  const store = await named('env');
  await server.bucket('cuts');
  const path = largeFile(32 << 20);
  const { size } = statSync(path);
  await server.upload('cuts', 'p/', path);
  let isCut = false;
  let all = 0;
  const change: Change = (piece, passed) => {
    // The last piece of the object, within.
    if (!isCut && passed > 1 << 20 && all > size * 0.9) {
      isCut = true;
      return null;
    }
    all += piece.length;
    return piece;
  };
  vi.stubEnv('AWS_ENDPOINT_URL', await through(store, change));
  const { folder } = await bring('s3://cuts/p');
  expect(readFileSync(join(folder, 'large.bin')).equals(readFileSync(path))).toBe(true);
  expect(isCut).toBe(true);
  expect(all).toBeLessThan(size * 1.3);
});

test('a connection that is cut each time ends with one error, and leaves no half file', async () => {
  const store = await named('env');
  await server.bucket('cut-always');
  await server.upload('cut-always', 'p/', largeFile(1 << 20));
  const change: Change = (piece, passed) => (passed > 20_000 ? null : piece);
  vi.stubEnv('AWS_ENDPOINT_URL', await through(store, change));
  await expect(bring('s3://cut-always/p')).rejects.toMatchObject({
    code: 'E_S3_NETWORK',
    exitCode: 5,
    message: expect.stringMatching(/s3:\/\/cut-always\/p\)\. Check AWS_ENDPOINT_URL and the network/),
  });
  expect(filesBelow(objectPlace('s3://cut-always/p').cache)).toEqual([]);
});

test('what a proxy has changed, and what is another object by now, is refused', async () => {
  const store = await named('env');
  await server.bucket('changed', { 'p/a': 'the right text' });
  const change: Change = (piece) => Buffer.from(piece.toString('latin1').replace('right', 'wrong'), 'latin1');
  vi.stubEnv('AWS_ENDPOINT_URL', await through(store, change));
  const damaged = {
    code: 'E_S3_OBJECT',
    exitCode: 3,
    message: expect.stringMatching(/not the object that .*s3:\/\/changed\/p\/a/),
  };
  await expect(bring('s3://changed/p')).rejects.toMatchObject(damaged);
  vi.stubEnv('AWS_ENDPOINT_URL', store.origin);
  const direct = new Store(objectPlace('s3://changed/p'));
  const { value: listed } = await direct.list('p/').next();
  if (listed === undefined) throw new Error('nothing is listed');
  await server.bucket('changed', { 'p/a': 'a later text' });
  const folder = tempDir();
  const late = {
    code: 'E_S3_OBJECT',
    message: expect.stringMatching(/changed or removed while it was read \(s3:\/\/changed\/p\/a\)/),
  };
  await expect(fetchObject(direct, listed, join(folder, 'a'), folder)).rejects.toMatchObject(late);
  await server.remove('changed', 'p/a');
  await expect(fetchObject(direct, listed, join(folder, 'a'), folder)).rejects.toMatchObject(late);
  await direct.close();
  expect(readdirSync(folder)).toEqual([]);
});

const isRoot = process.getuid?.() === 0;

test('a full disk is told with the place of the copies', async (context) => {
  await named('env');
  await server.bucket('full');
  await server.upload('full', 'p/', largeFile(4 << 20));
  const folder = tempDir();
  const mounted = isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder]).status === 0;
  if (!mounted) context.skip('needs the right to mount');
  vi.stubEnv('RADWEAVE_CACHE', folder);
  try {
    const error = {
      code: 'E_DISK_FULL',
      exitCode: 5,
      message: expect.stringMatching(/Free some space .*RADWEAVE_CACHE/),
    };
    await expect(bring('s3://full/p')).rejects.toMatchObject(error);
  } finally {
    spawnSync('umount', [folder]);
  }
});

const FAULTS: Record<
  string,
  { env?: Record<string, string>; address?: string; code: string; exit: number; text: RegExp }
> = {
  'a bucket that is not there': {
    address: 's3://nowhere/p',
    code: 'E_S3_ADDRESS',
    exit: 2,
    text: /no such bucket \(s3:\/\/nowhere/,
  },
  'a prefix without objects': {
    address: 's3://faults/P',
    code: 'E_S3_ADDRESS',
    exit: 2,
    text: /no object below this prefix \(s3:\/\/faults\/P\)/,
  },
  'no address': { address: 's3://', code: 'E_S3_ADDRESS', exit: 2, text: /Write s3:\/\/BUCKET\/PREFIX/ },
  'a way up': {
    address: 's3://faults/../other',
    code: 'E_S3_ADDRESS',
    exit: 2,
    text: /not an address of objects/,
  },
  'an endpoint without a protocol': {
    env: { AWS_ENDPOINT_URL: 'minio:9000' },
    code: 'E_S3_ADDRESS',
    exit: 2,
    text: /'minio:9000' .*\(AWS_ENDPOINT_URL\)\. Write http/,
  },
  'no keys': {
    env: { AWS_ACCESS_KEY_ID: '' },
    code: 'E_S3_KEYS',
    exit: 5,
    text: /no keys of the store \(s3:\/\/faults\/p\)\. Set AWS_ACCESS_KEY_ID/,
  },
  'another secret': {
    env: { AWS_SECRET_ACCESS_KEY: 'wrong' },
    code: 'E_S3_KEYS',
    exit: 5,
    text: /SignatureDoesNotMatch/,
  },
  'an unknown key': {
    env: { AWS_ACCESS_KEY_ID: 'AKIANOBODY' },
    code: 'E_S3_KEYS',
    exit: 5,
    text: /InvalidAccessKeyId/,
  },
  'a port where nobody listens': {
    env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    code: 'E_S3_NETWORK',
    exit: 5,
    text: /refused the connection/,
  },
  'a host that is not there': {
    env: { AWS_ENDPOINT_URL: 'http://store.invalid' },
    code: 'E_S3_NETWORK',
    exit: 5,
    text: /store\.invalid .*could not be resolved/,
  },
};

for (const [what, { env = {}, address = 's3://faults/p', code, exit, text }] of Object.entries(FAULTS)) {
  test(`one error that says what to do: ${what}`, async () => {
    await named('reader', { AWS_SHARED_CREDENTIALS_FILE: '/nowhere', ...env });
    await server.bucket('faults', { 'p/a': 'x' });
    const error = { code, exitCode: exit, message: expect.stringMatching(text) };
    await expect((async () => bring(address))()).rejects.toMatchObject(error);
  });
}

test('a key that leads out of the folder is refused before anything is fetched', async () => {
  await named();
  await server.bucket('odd', { 'p/0.png': 'x', 'p/../../up.png': 'x' });
  await expect(bring('s3://odd/p')).rejects.toMatchObject({ code: 'E_S3_OBJECT', exitCode: 3 });
  expect(filesBelow(process.env.RADWEAVE_CACHE ?? '')).toEqual([]);
});

test('a proxy of the environment is used, and sees requests to the store alone', async () => {
  const { host } = await named('reader', { NO_PROXY: '', no_proxy: '' });
  await server.bucket('proxied', { a: 'x' });
  const asked: string[] = [];
  const proxy = createHttpServer((question, answer) => {
    const { method, headers, url = '' } = question;
    asked.push(new URL(url).host);
    question.pipe(
      httpRequest(url, { method, headers }, (got) => {
        answer.writeHead(got.statusCode ?? 0, got.headers);
        got.pipe(answer);
      }),
    );
  });
  proxies.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${Object(proxy.address()).port}`);
  expect(await bring('s3://proxied')).toMatchObject({ objects: 1 });
  expect(asked).toEqual([host, host]);
});

test('keys may stand in a profile', async () => {
  await named('reader', { AWS_PROFILE: 'ward' });
  await server.bucket('profiles', { a: 'x' });
  const file = join(tempDir(), 'credentials');
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = process.env;
  writeFileSync(
    file,
    `[default]\naws_access_key_id = no\n[ward]\naws_access_key_id=${id}\r\naws_secret_access_key = ${secret}\n`,
  );
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, '');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  expect(await bring('s3://profiles')).toMatchObject({ objects: 1 });
});

test('two processes bring the same at once, and one who is asked to stop keeps what has arrived', async () => {
  await named();
  await server.bucket('twice', Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}`, 'x'])));
  let asked = 0;
  const shouldStop = () => asked++ > 60;
  await expect(bring('s3://twice', { shouldStop })).rejects.toMatchObject({
    code: 'E_INTERRUPTED',
    exitCode: 4,
  });
  const kept = filesBelow(objectPlace('s3://twice').folder).length;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(40);
  const both = await Promise.all([bring('s3://twice'), bring('s3://twice')]);
  expect(both.map(({ fetched }) => fetched).sort()).toEqual([0, 40 - kept]);
  expect(existsSync(join(both[0].cache, 'parts'))).toBe(false);
});
