import { ConnectionFault } from './fault.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that an address is to be reached through, from HTTPS_PROXY or HTTP_PROXY, else ALL_PROXY, in lower or
 * upper case; undefined for a direct connection. NO_PROXY lists exceptions, separated by commas: `*`, a host (with
 * everything below it, a dot in front or not), `host:port`.
 *
 * @throws ConnectionFault for a proxy that is not an http or https address.
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const named = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const value = either(env, named) ?? either(env, 'all_proxy');
  if (value === undefined || isException(url, either(env, 'no_proxy') ?? '')) return undefined;
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  if (!URL.canParse(address) || !/^https?:/i.test(address)) {
    throw new ConnectionFault(
      `the proxy in ${named.toUpperCase()} must be http://host:port, not a SOCKS or other proxy`,
    );
  }
  return new URL(address);
}

function either(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || env[name.toUpperCase()]?.trim() || undefined;
}

function isException(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list.split(',').some((item) => {
    const entry = item.trim().toLowerCase();
    if (entry === '*') return true;
    const [, name = '', only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === '' || (only !== undefined && only !== port)) return false;
    return host === name || host.endsWith(`.${name}`);
  });
}
