import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { flow } from './flow.ts';

const LENGTH = 3_000_000;
const bytes = Buffer.from(Array.from({ length: LENGTH }, (_, index) => index % 251));
const agent = new Agent();
let server: Server;

beforeAll(async () => {
  server = createServer((asked, answer) => {
    answer.writeHead(200, { 'content-length': LENGTH, connection: 'close' });
    if (asked.url === '/whole') answer.end(bytes);
    else answer.write(bytes.subarray(0, -1000), () => setTimeout(() => answer.socket?.end(), 20));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await agent.close();
  server.close();
});

async function answerOf(path: string) {
  const { port } = server.address() as AddressInfo;
  const { body } = await request(`http://127.0.0.1:${port}/${path}`, { dispatcher: agent });
  return body;
}

/** Takes more slowly than the network gives. */
function slowly(pieces: Buffer[]): (piece: Buffer) => Promise<boolean> {
  return async (piece) => {
    await sleep(30);
    pieces.push(piece);
    return true;
  };
}

test('pieces come in order, however slowly they are taken', async () => {
  const pieces: Buffer[] = [];
  await flow(await answerOf('whole'), slowly(pieces));
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
});

test('where the server closes an answer that is taken slowly, all that arrived is taken before the error', async () => {
  const pieces: Buffer[] = [];
  await expect(flow(await answerOf('cut'), slowly(pieces))).rejects.toThrow(/content-length/);
  const arrived = Buffer.concat(pieces);
  expect(arrived.length).toBeGreaterThan(LENGTH / 2);
  expect(arrived.equals(bytes.subarray(0, arrived.length))).toBe(true);
});

test('who wants no more gets no more, and what fails ends the answer', async () => {
  const enough = await answerOf('whole');
  let taken = 0;
  await flow(enough, () => ++taken < 3);
  expect([taken, enough.destroyed]).toEqual([3, true]);
  const failed = await answerOf('whole');
  await expect(
    flow(failed, () => {
      throw new Error('the disk is full');
    }),
  ).rejects.toThrow('the disk is full');
  expect(failed.destroyed).toBe(true);
});
