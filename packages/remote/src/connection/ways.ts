import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { type Environment, proxyFor } from './proxy.ts';

/** Milliseconds until a connection, until the first answer, and between two pieces of it. */
const CONNECT_TIMEOUT = 15_000;
const IDLE_TIMEOUT = 60_000;

/** The ways to servers, direct or through the proxies that the environment names. */
export class Ways {
  readonly #env: Environment;
  readonly #dispatchers = new Map<string, Dispatcher>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /** @throws ConnectionFault for a proxy that cannot be used. */
  to(url: URL): Dispatcher {
    const proxy = proxyFor(url, this.#env);
    const proxyTunnel = url.protocol === 'https:';
    const key = proxy === undefined ? '' : `${proxyTunnel} ${proxy.href}`;
    const known = this.#dispatchers.get(key);
    if (known !== undefined) return known;
    const options = {
      headersTimeout: IDLE_TIMEOUT,
      bodyTimeout: IDLE_TIMEOUT,
      connect: { timeout: CONNECT_TIMEOUT },
    };
    const made =
      proxy === undefined ? new Agent(options) : new ProxyAgent({ ...options, uri: proxy.href, proxyTunnel });
    this.#dispatchers.set(key, made);
    return made;
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#dispatchers.values(), (dispatcher) => dispatcher.destroy()));
  }
}
