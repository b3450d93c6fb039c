// A hub of weights with one file, on the loopback interface.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** @returns its address, and what ends it. */
export async function startHub(bytes = randomBytes(300_000)) {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const server = createServer((request, response) => {
    response.setHeader('x-repo-commit', COMMIT);
    response.setHeader('x-linked-size', bytes.length);
    response.setHeader('x-linked-etag', `"${hash}"`);
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start > 0) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${start}-${bytes.length - 1}/${bytes.length}`);
    }
    response.setHeader('content-length', bytes.length - start);
    response.end(request.method === 'HEAD' ? undefined : bytes.subarray(start));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
