import type { WeightsFault } from '../weights-error.ts';

/** A download that failed, in words; the caller adds which file it was and what can be done. */
export class HubFailure extends Error {
  override readonly name = 'HubFailure';
  readonly fault: WeightsFault;
  /** Whether to try again may help. */
  readonly passing: boolean;
  /** How long the server asked to be left alone, in milliseconds. */
  readonly wait: number;

  constructor(
    fault: WeightsFault,
    message: string,
    options: ErrorOptions & { passing?: boolean; wait?: number } = {},
  ) {
    super(message, options);
    this.fault = fault;
    this.passing = options.passing ?? false;
    this.wait = options.wait ?? 0;
  }
}

const LONGEST_WAIT = 30_000;

/** One answer of a server, without its body. */
export interface AnswerHead {
  url: URL;
  status: number;
  headers: ReadonlyMap<string, string>;
}

export function refusal({ status, headers, url }: AnswerHead): HubFailure {
  const where = url.host;
  if (status === 401) {
    return new HubFailure(
      'refused',
      `${where} answered 401: it wants a token, or does not accept the one in HF_TOKEN`,
    );
  }
  if (status === 403) {
    return new HubFailure(
      'refused',
      `${where} answered 403: access is not allowed (by the hub for this token, or by a firewall)`,
    );
  }
  if (status === 404) return new HubFailure('not-found', `${where} answered 404: it has no such file`);
  if (status === 407)
    return new HubFailure(
      'refused',
      'the proxy answered 407: it wants a user and password (http://user:password@host:port)',
    );
  const seconds = Number(headers.get('retry-after'));
  return new HubFailure('network', `${where} answered ${status}`, {
    // A range that cannot be had is asked for again from the start.
    passing: [206, 408, 416].includes(status) || status === 429 || status >= 500,
    wait: Number.isFinite(seconds) ? Math.min(seconds * 1000, LONGEST_WAIT) : 0,
  });
}

const CERTIFICATE = /^(ERR_TLS|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET_ISSUER))/;
const SPACE = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const WRITE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EBUSY', 'ENAMETOOLONG'];
/** The disk itself, or somebody who clears the cache meanwhile. */
const FAILING = ['EIO', 'ESTALE', 'ENOENT'];
/** Calls of the network, whose codes may be the same. */
const NETWORK = /^(connect|getaddrinfo|read|write)$/;

/** What a fault of the disk means; undefined for any other error. */
function explainDisk({ code, path, call }: Root, cache: string, cause: ErrorOptions): HubFailure | undefined {
  const place = path ?? cache;
  if (SPACE.includes(code)) {
    const text = `the disk is full (${place}): free some space or set HF_HOME to another disk`;
    return new HubFailure('disk', text, cause);
  }
  // What reads and writes an open file has no path; that of the network neither, but other codes.
  if (path === undefined && (NETWORK.test(call) ? code !== 'EIO' : call === '')) return undefined;
  if (WRITE.includes(code)) {
    const text = `${place} cannot be written (${code}): check the rights of the folder or set HF_HOME to another one`;
    return new HubFailure('disk', text, cause);
  }
  if (FAILING.includes(code)) {
    const text = `${place} failed while it was used (${code}): check the disk, then run the same command again`;
    return new HubFailure('disk', text, cause);
  }
  return undefined;
}

/**
 * What an error of the network or the disk means; anything that is neither is returned as it is.
 *
 * @param cache the folder that is told where the system names none.
 */
export function explain(error: unknown, host: string, cache: string): unknown {
  if (!(error instanceof Error) || error instanceof HubFailure) return error;
  const root = rootOf(error);
  const { code } = root;
  const cause = { cause: error };
  const disk = explainDisk(root, cache, cause);
  if (disk !== undefined) return disk;
  const proxied = /Proxy response \((\d+)\)/.exec(error.message)?.[1];
  if (proxied !== undefined) {
    const login = proxied === '407' ? ': it wants a user and password (http://user:password@host:port)' : '';
    return new HubFailure(
      'network',
      `the proxy answered ${proxied} instead of connecting to ${host}${login}`,
      cause,
    );
  }
  if (CERTIFICATE.test(code)) {
    return new HubFailure(
      'network',
      `the certificate of ${host} is not trusted (${code}): if your network inspects traffic, set NODE_EXTRA_CA_CERTS to its CA file`,
      cause,
    );
  }
  if (/^(ERR_SSL|EPROTO)/.test(code)) {
    return new HubFailure('network', `${host} does not speak TLS (${code}): is the address right?`, cause);
  }
  const passing = { ...cause, passing: true };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new HubFailure(
      'network',
      `the name of ${host} or of its proxy could not be resolved (${code}): is this machine online?`,
      { ...cause, passing: code === 'EAI_AGAIN' },
    );
  }
  if (code === 'ECONNREFUSED')
    return new HubFailure('network', `${host} or its proxy refused the connection`, passing);
  if (/TIMEOUT|ETIMEDOUT/.test(code))
    return new HubFailure('network', `${host} did not answer in time`, passing);
  if (/^(UND_ERR|ECONN|EPIPE|EHOST|ENET|HPE_)/.test(code) || error.message === 'terminated') {
    return new HubFailure(
      'network',
      `the connection to ${host} broke off (${code || error.message})`,
      passing,
    );
  }
  return error;
}

/** What the system says of an error: its code, the file or the place that it was to get, and the call. */
interface Root {
  code: string;
  path: string | undefined;
  call: string;
}

/** They may be one or more causes deep, or in a list of attempts. */
function rootOf(error: Error): Root {
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const deeper = inner instanceof Error ? rootOf(inner) : undefined;
  if (deeper !== undefined && deeper.code !== '') return deeper;
  const text = (key: string): string | undefined => {
    const value = (error as unknown as Record<string, unknown>)[key];
    return typeof value === 'string' ? value : undefined;
  };
  return { code: text('code') ?? '', path: text('dest') ?? text('path'), call: text('syscall') ?? '' };
}
