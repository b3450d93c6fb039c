import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { skipOrFail, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { hubServer, listen } from '../testing/hub-server.ts';
import { fetchWeights } from './fetch.ts';

const BYTES = randomBytes(1_000_000);

test('TLS through a proxy: an unknown CA is named with the remedy, and the remedy works', async (context) => {
  const folder = tempDir();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'ca.pem')];
  const subject = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    const files = ['-keyout', key, '-out', cert];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files],
      {
        stdio: 'ignore',
      },
    );
  } catch (error) {
    skipOrFail(context, `openssl cannot make a certificate (${error})`);
  }
  const { origin } = await hubServer(
    { bytes: BYTES, repo: 'timm/resnet18.a1_in1k', file: 'model.safetensors' },
    { key: readFileSync(key), cert: readFileSync(cert) },
  );
  const tunnels: string[] = [];
  const proxy = createServer();
  proxy.on('connect', ({ url = '' }, socket) => {
    tunnels.push(url);
    const [host = '', port] = url.split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  const env = { HF_ENDPOINT: origin, HF_HOME: folder, HOME: folder, HTTPS_PROXY: await listen(proxy) };
  await expect(fetchWeights('resnet18', { env })).rejects.toMatchObject({
    fault: 'network',
    message: expect.stringMatching(/certificate of 127\.0\.0\.1:\d+ is not trusted.*NODE_EXTRA_CA_CERTS/),
  });
  const library = new URL('../../dist/weights/fetch.js', import.meta.url);
  const program = `
    const { fetchWeights } = await import(${JSON.stringify(library.href)});
    console.log((await fetchWeights('resnet18')).sha256);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...env, NODE_EXTRA_CA_CERTS: cert, PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  await new Promise((resolve) => child.on('close', resolve));
  expect(printed.trim()).toBe(createHash('sha256').update(BYTES).digest('hex'));
  expect(new Set(tunnels)).toEqual(new Set([origin.replace('https://', '')]));
});
