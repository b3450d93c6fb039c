import { DataError, type RadweaveError, ResourceError, UsageError } from '@radweave/artifacts';

/** An object as a list names it. */
export interface StoredObject {
  key: string;
  size: number;
  /** Without quotes: the MD5 of the content, or something that another content does not have. */
  etag: string;
  /** When it was stored, milliseconds since 1970. */
  stored: number;
}

export interface Page {
  objects: StoredObject[];
  /** Where the next page begins; undefined for the last. */
  next: string | undefined;
}

/** Reads a page of `ListObjectsV2`. @returns undefined for what is none, or is cut off. */
export function readPage(xml: string): Page | undefined {
  if (!/<\/ListBucketResult>\s*$/.test(xml)) return undefined;
  const isEncoded = textOf(xml, 'EncodingType') === 'url';
  const objects = xml
    .split('<Contents>')
    .slice(1)
    .map((text): StoredObject => {
      const one = text.slice(0, Math.max(0, text.indexOf('</Contents>')));
      const key = textOf(one, 'Key') ?? '';
      return {
        key: isEncoded ? decoded(key) : key,
        size: Number(textOf(one, 'Size') || Number.NaN),
        etag: bareEtag(textOf(one, 'ETag')),
        stored: Date.parse(textOf(one, 'LastModified') ?? ''),
      };
    });
  const isWhole = objects.every(({ key, size, stored }) => key !== '' && size >= 0 && stored >= 0);
  const isCut = textOf(xml, 'IsTruncated') === 'true';
  const next = isCut ? textOf(xml, 'NextContinuationToken') : undefined;
  return isWhole && isCut === (next !== undefined) ? { objects, next } : undefined;
}

/** Empty for what is no encoded text. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}

const LAST_CHARACTER = 0x10ffff;
const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }),
);

/** The text of the first element of a name. */
export function textOf(xml: string, name: string): string | undefined {
  const raw = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return raw?.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, named) => {
    if (named !== undefined) return ENTITIES.get(named) ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= LAST_CHARACTER ? String.fromCodePoint(point) : whole;
  });
}

export function bareEtag(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

/** What stores say of keys that do not fit, and of a clock. */
const KEYS = 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN';
const REFUSALS: ReadonlyMap<string, readonly [what: string, hint: string]> = new Map(
  Object.entries({
    SignatureDoesNotMatch: ['the store does not accept the secret key', KEYS],
    InvalidAccessKeyId: ['the store does not know the access key', KEYS],
    InvalidToken: ['the store does not accept the session token', KEYS],
    ExpiredToken: ['the session token has expired', 'Get new keys, then run the same command again'],
    RequestTimeTooSkewed: ["this computer's clock and the store's differ too much", 'Set the clock'],
  }),
);

const OTHER_REGION = 'Set AWS_REGION to the region of the bucket, or AWS_ENDPOINT_URL to its address';

/** The error of an answer that is none of success, and no trouble that passes. */
export function refusal(status: number, xml: string, address: string): RadweaveError {
  const code = textOf(xml, 'Code') ?? `status ${status}`;
  const where = address;
  const [what, hint] = REFUSALS.get(code) ?? [];
  if (what !== undefined) return new ResourceError('E_S3_KEYS', `${what} (${code})`, { where, hint });
  if (code === 'NoSuchBucket') {
    const mend = 'Correct the address, or AWS_ENDPOINT_URL';
    return new UsageError('E_S3_ADDRESS', 'the store has no such bucket', { where, hint: mend });
  }
  if (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed') {
    const text = `the bucket is at another address or in another region (${code})`;
    return new UsageError('E_S3_ADDRESS', text, { where, hint: OTHER_REGION });
  }
  if (status === 401 || status === 403) {
    const mend = 'Ask for the right to list, read and, for copies of results, write there; or use other keys';
    return new ResourceError('E_S3_KEYS', `the keys do not allow this (${code})`, { where, hint: mend });
  }
  if (code === 'NoSuchKey' || status === 412) {
    return new DataError('E_S3_OBJECT', 'an object was changed or removed while it was read', {
      where,
      hint: 'Run the same command again when nobody writes there',
    });
  }
  return new ResourceError('E_S3_NETWORK', `the store answered ${code}`, {
    where,
    hint: 'Check AWS_ENDPOINT_URL: is it the address of an S3-compatible store?',
  });
}
