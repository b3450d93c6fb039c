import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a server was asked. */
export interface Asked {
  method: string;
  path: string;
  range: string | undefined;
  authorization: string | undefined;
}

/** How the hub is to behave. */
export interface HubBehaviour {
  /** The one file that it has; its path is that of `repo` and `file`. */
  bytes: Buffer;
  repo: string;
  file: string;
  commit?: string;
  /** Answers every request so. */
  status?: number;
  /** Without it, any or no token will do. */
  token?: string;
  /** SHA-256 that is announced; the true one unless given. */
  announced?: string;
  /** Bytes that are announced; the true number unless given. */
  announcedSize?: number;
  /** Serve as the hub does small files: git's hash as ETag, no redirect. */
  small?: boolean;
  /** Origin that downloads are redirected to; the hub itself unless given. */
  storage?: string;
  /** After how many bytes each download in turn breaks off; the ones after these do not. */
  cuts?: number[];
  /** Download after which bytes stop coming, without an end. */
  stall?: number;
  /** Whether ranges are ignored and the whole file sent. */
  noRanges?: boolean;
}

/** A running server. */
export interface RunningServer {
  origin: string;
  asked: Asked[];
}

export const COMMIT: string = '0123456789abcdef0123456789abcdef01234567';

/** Starts the Hugging Face hub's protocol for one file on the loopback interface, with TLS if asked; it ends with the test. */
export async function hubServer(behaviour: HubBehaviour, tls?: ServerOptions): Promise<RunningServer> {
  const asked: Asked[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    asked.push(describe(request));
    answer(behaviour, request, response);
  };
  if (tls === undefined) return { origin: await listen(createServer(listener)), asked };
  const origin = await listen(createTlsServer(tls, listener));
  return { origin: origin.replace('http:', 'https:'), asked };
}

/** Listens on a free loopback port until the running test ends. */
export async function listen(server: Server | TlsServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a request asked for. */
function describe({ method = '', url = '', headers }: IncomingMessage): Asked {
  return { method, path: url, range: headers.range, authorization: headers.authorization };
}

function answer(hub: HubBehaviour, request: IncomingMessage, response: ServerResponse): void {
  const { repo, file, commit = COMMIT } = hub;
  const known = [`/${repo}/resolve/main/${file}`, `/${repo}/resolve/${commit}/${file}`];
  if (hub.status !== undefined) refuse(response, hub.status);
  else if (hub.token !== undefined && request.headers.authorization !== `Bearer ${hub.token}`) {
    refuse(response, 401);
  } else if (request.url === '/storage') send(hub, request, response);
  else if (!known.includes(request.url ?? '')) refuse(response, 404);
  else announce(hub, commit, request, response);
}

function announce(
  hub: HubBehaviour,
  commit: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.setHeader('x-repo-commit', commit);
  if (hub.small) {
    const prefix = `blob ${hub.bytes.length}\0`;
    response.setHeader('etag', `"${createHash('sha1').update(prefix).update(hub.bytes).digest('hex')}"`);
    send(hub, request, response);
    return;
  }
  const hash = hub.announced ?? createHash('sha256').update(hub.bytes).digest('hex');
  response.setHeader('x-linked-etag', `"${hash}"`);
  response.setHeader('x-linked-size', String(hub.announcedSize ?? hub.bytes.length));
  response.writeHead(302, { location: `${hub.storage ?? ''}/storage` }).end('moved');
}

function send(hub: HubBehaviour, request: IncomingMessage, response: ServerResponse): void {
  const from = hub.noRanges ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = hub.bytes.subarray(from);
  response.setHeader('content-length', rest.length);
  if (from > 0)
    response.setHeader('content-range', `bytes ${from}-${hub.bytes.length - 1}/${hub.bytes.length}`);
  response.writeHead(from > 0 ? 206 : 200);
  const cut = request.method === 'HEAD' ? undefined : hub.cuts?.shift();
  if (request.method === 'HEAD') response.end();
  else if (cut !== undefined) breakOff(response, rest.subarray(0, cut));
  else if (hub.stall !== undefined) response.write(rest.subarray(0, hub.stall));
  else response.end(rest);
}

/** Lets what was sent arrive first: a client may drop what it has not read when the connection breaks. */
function breakOff(response: ServerResponse, bytes: Buffer): void {
  response.write(bytes, () => setTimeout(() => response.destroy(), 100));
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status).end('no');
}
