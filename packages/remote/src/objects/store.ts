import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ObjectPlace, ResourceError } from '@radweave/artifacts';
import { AwsV4Signer } from 'aws4fetch';
import { request } from 'undici';
import { ConnectionFault, connectionFault } from '../connection/fault.ts';
import { flow } from '../connection/flow.ts';
import { Ways } from '../connection/ways.ts';
import { bareEtag, readPage, refusal, type StoredObject, textOf } from './answer.ts';
import { type Keys, storeKeys } from './keys.ts';

/** Pauses before the second and later attempts, in milliseconds. */
const PAUSES = [500, 1000, 2000, 4000];

export interface Question {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  key?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer;
}

interface Answer {
  status: number;
  headers: Headers;
  body: Readable;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A piece of an object, and what the store said of it. */
export interface Piece {
  headers: Headers;
  bytes: Buffer;
}

/** The bucket of an S3-compatible store: few requests, each signed, sent again where a trouble may pass. */
export class Store {
  readonly place: ObjectPlace;
  readonly #keys: Keys;
  readonly #ways: Ways;
  readonly #root: string;

  /** @throws ResourceError `E_S3_KEYS` where there are no keys. */
  constructor(place: ObjectPlace, env: NodeJS.ProcessEnv = process.env) {
    this.place = place;
    this.#keys = storeKeys(place.address, env);
    this.#ways = new Ways(env);
    const { endpoint, bucket } = place;
    // Stores that know no paths with a bucket are reached by an address that begins with it.
    const isOwnHost = new URL(endpoint).hostname.startsWith(`${bucket}.`);
    this.#root = isOwnHost ? endpoint : `${endpoint}/${bucket}`;
  }

  async close(): Promise<void> {
    await this.#ways.close();
  }

  /** All objects below a prefix, in the store's order. */
  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const first = { 'list-type': '2', 'encoding-type': 'url', prefix };
    for (let query: Record<string, string> | undefined = first; query !== undefined; ) {
      const xml = await this.ask({ method: 'GET', query });
      const page = readPage(xml.text);
      if (page === undefined) throw this.#odd('its list of objects cannot be read');
      yield* page.objects;
      query = page.next === undefined ? undefined : { ...first, 'continuation-token': page.next };
    }
  }

  /**
   * Reads a piece of an object that is still the listed one.
   *
   * @returns more bytes than were asked for where the store does not keep to what it announced.
   */
  read({ key, etag, size }: StoredObject, from: number, length: number): Promise<Piece> {
    const range = length < size ? { range: `bytes=${from}-${from + length - 1}` } : {};
    return this.#patiently(async () => {
      const { status, headers, body } = await this.#send({
        method: 'GET',
        key,
        headers: { 'if-match': `"${etag}"`, ...range },
      });
      const bytes = await bytesIn(body, length);
      if (status !== 200 && status !== 206) throw refusal(status, bytes.toString(), this.#address(key));
      if (bytes.length >= length) return { headers, bytes };
      const text = `the store ended an object at byte ${from + bytes.length} of ${size}`;
      throw new ConnectionFault(text, { passing: true });
    });
  }

  /** Repeats what fails for a passing reason. @throws ResourceError `E_S3_NETWORK` in the end. */
  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    for (let count = 0; ; count++) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const fault = connectionFault(error, new URL(this.place.endpoint).host);
        if (fault === undefined) throw error;
        const pause = PAUSES[count];
        if (!fault.passing || pause === undefined) throw this.#odd(fault.message, error);
        await sleep(pause);
      }
    }
  }

  #odd(what: string, cause?: Error): ResourceError {
    const hint = 'Check AWS_ENDPOINT_URL and the network, then run the same command again';
    return new ResourceError('E_S3_NETWORK', what, { where: this.place.address, hint, cause });
  }

  #address(key = ''): string {
    return `s3://${this.place.bucket}/${key}`;
  }

  /** Asks patiently for an answer that is read whole. */
  ask(question: Question): Promise<{ text: string; etag: string }> {
    return this.#patiently(async () => {
      const { status, headers, body } = await this.#send(question);
      const text = (await bytesIn(body)).toString();
      // A store may begin to answer before it knows of a failure.
      const failed = status >= 300 || textOf(text, 'Code') !== undefined;
      if (failed) throw refusal(status, text, this.#address(question.key ?? question.query?.prefix));
      return { text, etag: bareEtag(String(headers.etag ?? '')) };
    });
  }

  /** @throws ConnectionFault for an answer that tells of a passing trouble. */
  async #send({ method, key, query = {}, headers, body }: Question): Promise<Answer> {
    const path = key === undefined ? '' : `/${key.split('/').map(encoded).join('/')}`;
    const asked = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
    const url = `${this.#root}${path}${asked.length > 0 ? `?${asked.join('&')}` : ''}`;
    const { region } = this.place;
    const signer = new AwsV4Signer({
      method,
      url,
      headers: {
        ...headers,
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      },
      service: 's3',
      region,
      ...this.#keys,
    });
    const signed = await signer.sign();
    const answer = await request(url, {
      method,
      dispatcher: this.#ways.to(new URL(url)),
      // Lengths and ranges must be those of the object itself.
      headers: {
        ...Object.fromEntries(signed.headers),
        'accept-encoding': 'identity',
        'user-agent': 'radweave',
      },
      body: body ?? null,
    });
    const { statusCode: status } = answer;
    if (status < 500 && status !== 429 && status !== 408) return { ...answer, status };
    const code = textOf((await bytesIn(answer.body)).toString(), 'Code') ?? '';
    throw new ConnectionFault(`the store answered ${status} ${code}`.trim(), { passing: true });
  }
}

/** As signatures have it: all but letters, digits and `-_.~`. */
function encoded(text: string): string {
  const percent = (one: string): string => `%${one.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, percent);
}

/** Longer answers than this are none of a store, apart from objects. */
const LONGEST_TEXT = 16 << 20;

/** Reads an answer whole, or as far as it is longer than it should be. */
async function bytesIn(body: Readable, most = 0): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  await flow(body, (piece) => {
    pieces.push(piece);
    length += piece.length;
    return length <= Math.max(most, LONGEST_TEXT);
  });
  return Buffer.concat(pieces);
}
