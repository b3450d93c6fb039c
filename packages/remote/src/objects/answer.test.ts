import { expect, test } from 'vitest';
import { readPage, refusal } from './answer.ts';

const object = (key: string) =>
  `<Contents><Key>${key}</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified><ETag>&quot;ab&quot;</ETag><Size>7</Size></Contents>`;
const page = (inner: string) => `<?xml version="1.0"?><ListBucketResult>${inner}</ListBucketResult>\n`;

test('keys are read as a store writes them, encoded or not', () => {
  const stored = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const encoded = page(`<EncodingType>url</EncodingType>${object('a+b%2Bc%E8%82%9D.png')}`);
  expect(readPage(encoded)).toEqual({
    objects: [{ key: 'a b+c肝.png', size: 7, etag: 'ab', stored }],
    next: undefined,
  });
  expect(readPage(page(object('a+&amp;&#x809d;&#32925;')))?.objects[0]?.key).toBe('a+&肝肝');
  expect(readPage(page(object('&#x110000;&#99999999999;&no;')))?.objects[0]?.key).toBe(
    '&#x110000;&#99999999999;&no;',
  );
  expect(readPage(page('<KeyCount>0</KeyCount>'))).toEqual({ objects: [], next: undefined });
});

test.each([
  ['a page of a proxy', '<html>Login</html>'],
  ['a list that is cut', page(object('a')).slice(0, -20)],
  ['an object without a size', page(object('a').replace('>7<', '><'))],
  ['an object without a time', page(object('a').replace('2026', ''))],
  ['a key that is no encoded text', page(`<EncodingType>url</EncodingType>${object('%E0%A4')}`)],
  ['an object that does not end', page(object('a').replace('</Contents>', ''))],
  ['a list that goes on without saying where', page(`<IsTruncated>true</IsTruncated>${object('a')}`)],
])('what is no whole list is none: %s', (_, xml) => {
  expect(readPage(xml)).toBeUndefined();
});

test('what a store refuses has one sentence', () => {
  const told = (status: number, code: string) => {
    const { exitCode, message } = refusal(status, `<Error><Code>${code}</Code></Error>`, 's3://b/p');
    return `${exitCode}: ${message}`;
  };
  expect(told(403, 'RequestTimeTooSkewed')).toBe(
    "5: this computer's clock and the store's differ too much (RequestTimeTooSkewed) (s3://b/p). Set the clock",
  );
  expect(told(403, 'AccessDenied')).toMatch(
    /^5: the keys do not allow this \(AccessDenied\) \(s3:\/\/b\/p\)\. Ask/,
  );
  expect(told(400, 'ExpiredToken')).toMatch(/^5: the session token has expired/);
  expect(told(301, 'PermanentRedirect')).toMatch(/^2: the bucket is .* in another region .*Set AWS_REGION/);
  expect(told(400, 'AuthorizationHeaderMalformed')).toMatch(/^2: .*Set AWS_REGION/);
  expect(told(404, '')).toMatch(/^5: the store answered .*is it the address of an S3-compatible store\?/);
});
