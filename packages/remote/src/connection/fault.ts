/** A connection that failed, in words. */
export class ConnectionFault extends Error {
  override readonly name = 'ConnectionFault';
  /** Whether to try again may help. */
  readonly passing: boolean;

  constructor(message: string, options: ErrorOptions & { passing?: boolean } = {}) {
    super(message, options);
    this.passing = options.passing ?? false;
  }
}

const CERTIFICATE = /^(ERR_TLS|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET_ISSUER))/;

/** What an error of the network means; undefined for one that is none. */
export function connectionFault(error: Error, host: string): ConnectionFault | undefined {
  if (error instanceof ConnectionFault) return error;
  const { code } = rootOf(error);
  const cause = { cause: error };
  const passing = { ...cause, passing: true };
  const proxied = /Proxy response \((\d+)\)/.exec(error.message)?.[1];
  if (proxied !== undefined) {
    const login = proxied === '407' ? ': it wants a user and password (http://user:password@host:port)' : '';
    return new ConnectionFault(
      `the proxy answered ${proxied} instead of connecting to ${host}${login}`,
      cause,
    );
  }
  if (CERTIFICATE.test(code)) {
    return new ConnectionFault(
      `the certificate of ${host} is not trusted (${code}): if your network inspects traffic, set NODE_EXTRA_CA_CERTS to its CA file`,
      cause,
    );
  }
  if (/^(ERR_SSL|EPROTO)/.test(code)) {
    return new ConnectionFault(`${host} does not speak TLS (${code}): is the address right?`, cause);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new ConnectionFault(
      `the name of ${host} or of its proxy could not be resolved (${code}): is this machine online?`,
      { ...cause, passing: code === 'EAI_AGAIN' },
    );
  }
  if (code === 'ECONNREFUSED')
    return new ConnectionFault(`${host} or its proxy refused the connection`, passing);
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return new ConnectionFault(`${host} did not answer in time`, passing);
  if (/^(UND_ERR|ECONN|EPIPE|EHOST|ENET|HPE_)/.test(code) || error.message === 'terminated') {
    return new ConnectionFault(`the connection to ${host} broke off (${code || error.message})`, passing);
  }
  return undefined;
}

/** What the system says of an error: its code, the file or the place that it was to get, and the call. */
export interface Root {
  code: string;
  path: string | undefined;
  call: string;
}

/** They may be one or more causes deep, or in a list of attempts. */
export function rootOf(error: Error): Root {
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const deeper = inner instanceof Error ? rootOf(inner) : undefined;
  if (deeper !== undefined && deeper.code !== '') return deeper;
  const text = (key: string): string | undefined => {
    const value = (error as unknown as Record<string, unknown>)[key];
    return typeof value === 'string' ? value : undefined;
  };
  return { code: text('code') ?? '', path: text('dest') ?? text('path'), call: text('syscall') ?? '' };
}
