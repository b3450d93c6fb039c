import type { Readable } from 'node:stream';
import type { Environment } from '@radweave/remote/connection/proxy';
import { Ways } from '@radweave/remote/connection/ways';
import { request } from 'undici';
import { type AnswerHead, HubFailure } from './failure.ts';

const MOST_REDIRECTS = 10;

export interface Answer extends AnswerHead {
  body: Readable;
}

export interface Question {
  method: 'HEAD' | 'GET';
  headers?: Readonly<Record<string, string>>;
  /** Sent to the origin of the first address only: a redirect elsewhere must not learn it. */
  token: string | undefined;
  signal: AbortSignal | undefined;
}

/** Asks servers over proxies, following redirects by hand. */
export class HttpClient {
  readonly #ways: Ways;

  constructor(env: Environment) {
    this.#ways = new Ways(env);
  }

  /**
   * Follows redirects until `isLast` accepts an answer or one is not a redirect. The body must be read or destroyed.
   *
   * @throws HubFailure for redirects that lead nowhere; else Error of the network, or AbortError.
   */
  async ask(
    first: URL,
    question: Question,
    isLast: (answer: Answer) => boolean = () => false,
  ): Promise<Answer> {
    let url = first;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const answer = await this.#once(url, question, url.origin === first.origin);
      const location = answer.headers.get('location');
      if (isLast(answer) || !isRedirect(answer.status) || location === undefined) return answer;
      answer.body.destroy();
      url = redirected(url, location);
    }
    throw new HubFailure(
      'not-a-hub',
      `${first.host} redirects more than ${MOST_REDIRECTS} times, in a circle (a login page of the network?)`,
    );
  }

  async close(): Promise<void> {
    await this.#ways.close();
  }

  async #once(url: URL, question: Question, trusted: boolean): Promise<Answer> {
    const { method, token, signal, headers = {} } = question;
    const {
      statusCode,
      headers: received,
      body,
    } = await request(url, {
      method,
      dispatcher: this.#ways.to(url),
      signal: signal ?? null,
      headers: {
        // Lengths and ranges must be those of the file itself.
        'accept-encoding': 'identity',
        'user-agent': 'radweave',
        ...headers,
        ...(trusted && token !== undefined ? { authorization: `Bearer ${token}` } : {}),
      },
    });
    // A body that is thrown away ends with an error that nobody waits for.
    body.on('error', () => {});
    const flat = Object.entries(received).map(
      ([name, value]) => [name.toLowerCase(), String(Array.isArray(value) ? value[0] : value)] as const,
    );
    return { url, status: statusCode, headers: new Map(flat), body };
  }
}

function redirected(url: URL, location: string): URL {
  const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  if (next !== undefined && /^https?:$/.test(next.protocol)) return next;
  throw new HubFailure(
    'not-a-hub',
    `${url.host} redirects to '${location.slice(0, 200)}', which is not a web address`,
  );
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}
