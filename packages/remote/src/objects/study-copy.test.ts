import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { dirname, join, relative } from 'node:path';
import { objectPlace } from '@radweave/artifacts';
import { filesBelow, OBJECT_SERVER_NEEDS, ObjectServer, peerTest, tempDir } from '@radweave/testkit';
import { afterAll, afterEach, expect, vi } from 'vitest';
import { StudyCopy } from './study-copy.ts';

const server = new ObjectServer();
const proxies: Server[] = [];
afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  for (const one of proxies) one.close();
});

async function named(who: 'env' | 'reader' = 'env'): Promise<void> {
  for (const [name, value] of Object.entries((await server.start())[who])) vi.stubEnv(name, value);
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const MB = 1 << 20;

/** A study in a folder of its own. */
function study(): { at: (name: string) => string; copy: (address: string) => StudyCopy } {
  const folder = tempDir();
  const at = (name: string) => join(folder, name);
  const copy = (address: string) =>
    new StudyCopy(objectPlace(address), { splits: at('data/splits'), outputs: at('out') }, 'last.pth');
  return { at, copy };
}

function contents(at: (name: string) => string): Record<string, string> {
  const all = ['data/splits', 'out'].flatMap((name) => filesBelow(at(name)));
  return Object.fromEntries(all.map((path) => [relative(at('.'), path), readFileSync(path, 'base64')]));
}

peerTest(
  'a study is copied, only what changed again, and brought back elsewhere',
  OBJECT_SERVER_NEEDS,
  async () => {
    await named();
    await server.bucket('copies');
    const one = study();
    write(one.at('data/splits/train_A.csv'), 'a,b\n');
    write(one.at('out/run/last.pth'), randomBytes(20 * MB + 3));
    write(one.at('out/run/best.pth'), randomBytes(8 * MB));
    write(one.at('out/empty'), '');
    const shown = contents(one.at);
    write(one.at('out/.hidden/lock'), 'x');
    const copy = one.copy('s3://copies/study');
    expect(await copy.restore()).toBe(0);
    expect(await copy.save()).toBe(4);
    expect(await copy.save()).toBe(0);
    write(one.at('out/empty'), 'now it has text');
    expect(await copy.save()).toBe(1);
    write(one.at('out/empty'), '');
    expect(await copy.save()).toBe(1);
    await copy.close();
    // Another process knows by the ETags what the store has.
    const later = one.copy('s3://copies/study');
    expect(await later.save()).toBe(0);
    await later.close();
    const { objects, uploads } = await server.contents('copies');
    expect(Object.keys(objects).sort()).toEqual([
      'study/outputs/empty',
      'study/outputs/run/best.pth',
      'study/outputs/run/last.pth',
      'study/splits/train_A.csv',
    ]);
    expect(uploads).toBe(0);

    const other = study();
    write(other.at('data/splits/train_A.csv'), 'kept');
    const back = other.copy('s3://copies/study/');
    expect(await back.restore()).toBe(3);
    expect(readFileSync(other.at('data/splits/train_A.csv'), 'utf8')).toBe('kept');
    rmSync(other.at('data'), { recursive: true });
    rmSync(other.at('out'), { recursive: true });
    expect(await back.restore()).toBe(4);
    expect(contents(other.at)).toEqual(shown);
    expect(await back.restore()).toBe(0);
    await back.close();
  },
);

peerTest(
  'an upload in parts that fails is taken back, and the next attempt sends it',
  OBJECT_SERVER_NEEDS,
  async () => {
    await named();
    await server.bucket('fails');
    const proxy = createServer((question, answer) => {
      const { method = '', headers, url = '' } = question;
      if (url.includes('partNumber=2')) {
        question.resume();
        question.on('end', () => answer.writeHead(503).end('<Error><Code>SlowDown</Code></Error>'));
        return;
      }
      question.pipe(
        request(url, { method, headers }, (got) => {
          answer.writeHead(got.statusCode ?? 0, got.headers);
          got.pipe(answer);
        }),
      );
    });
    proxies.push(proxy);
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    // Signed for the store: the proxy of the environment changes no host.
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${Object(proxy.address()).port}`);
    for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, '');
    const { at, copy } = study();
    write(at('out/run/last.pth'), randomBytes(20 * MB));
    const hindered = copy('s3://fails/study');
    const busy = {
      code: 'E_S3_NETWORK',
      exitCode: 5,
      message: expect.stringMatching(/answered 503 SlowDown/),
    };
    await expect(hindered.save()).rejects.toMatchObject(busy);
    await hindered.close();
    expect(await server.contents('fails')).toEqual({ objects: {}, uploads: 0 });
    expect(filesBelow(at('out')).map((path) => relative(at('out'), path))).toEqual(['run/last.pth']);
    vi.stubEnv('HTTP_PROXY', '');
    const free = copy('s3://fails/study');
    expect(await free.save()).toBe(1);
    await free.close();
    expect(await server.contents('fails')).toMatchObject({
      objects: { 'study/outputs/run/last.pth': [20 * MB, expect.any(String)] },
    });
  },
);

peerTest('keys that may only read are told so', OBJECT_SERVER_NEEDS, async () => {
  await named('reader');
  await server.bucket('read-only');
  const { at, copy } = study();
  write(at('out/a'), 'x');
  const reading = copy('s3://read-only/study');
  const refused = {
    code: 'E_S3_KEYS',
    exitCode: 5,
    message: expect.stringMatching(/do not allow this \(AccessDenied\)/),
  };
  await expect(reading.save()).rejects.toMatchObject(refused);
  await reading.close();
});
