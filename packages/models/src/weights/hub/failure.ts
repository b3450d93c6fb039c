import { connectionFault, type Root, rootOf } from '@radweave/remote/connection/fault';
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
  const cause = { cause: error };
  const disk = explainDisk(rootOf(error), cache, cause);
  if (disk !== undefined) return disk;
  const fault = connectionFault(error, host);
  return fault === undefined
    ? error
    : new HubFailure('network', fault.message, { ...cause, passing: fault.passing });
}
