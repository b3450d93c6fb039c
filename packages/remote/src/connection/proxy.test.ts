import { expect, test } from 'vitest';
import { proxyFor } from './proxy.ts';

const HTTPS = new URL('https://huggingface.co/timm');
const via = (env: Record<string, string>, url = HTTPS) => proxyFor(url, env)?.href;

test('the proxy is that of the protocol, in lower case first', () => {
  expect(via({ HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:2' })).toBe('http://a:1/');
  expect(via({ HTTPS_PROXY: 'http://a:1', https_proxy: 'http://c:3' })).toBe('http://c:3/');
  expect(via({ HTTP_PROXY: 'http://b:2' })).toBeUndefined();
  expect(via({ HTTP_PROXY: 'http://b:2' }, new URL('http://mirror/'))).toBe('http://b:2/');
  expect(via({ ALL_PROXY: 'a:1', HTTPS_PROXY: ' ' })).toBe('http://a:1/');
});

test('NO_PROXY names hosts, what is below them, ports, or all', () => {
  const except = (NO_PROXY: string, url = HTTPS) =>
    via({ HTTPS_PROXY: 'http://a:1', NO_PROXY }, url) === undefined;
  for (const list of ['*', 'huggingface.co', 'x, .huggingface.co', '*.co', 'co', 'HuggingFace.co:443']) {
    expect(except(list), list).toBe(true);
  }
  for (const list of ['', ',', 'face.co', 'huggingface.co:80', 'cdn.huggingface.co']) {
    expect(except(list), list).toBe(false);
  }
});

test('a SOCKS proxy is refused by name', () => {
  expect(() => via({ ALL_PROXY: 'socks5://a:1' })).toThrow('must be http://host:port, not a SOCKS');
});
