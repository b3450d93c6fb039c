// Kills commands, runs them again, and compares with what an uninterrupted one leaves.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { differences, treeOf } from './trees.mjs';

/**
 * The moments of `n` kills: of each command before every k-th operation, and of all a part at times drawn by lot, which no seed
 * makes come again.
 */
export function planKills(stages, { n, random, timedPart = 0.25 }) {
  const each = Math.max(1, Math.floor(n / stages.length));
  return stages.flatMap((stage) => {
    const timed = Math.floor(each * timedPart);
    const counted = Math.min(each - timed, stage.total);
    const step = stage.total / counted;
    const offset = random();
    return [
      ...Array.from({ length: counted }, (_, i) => ({ stage, at: 1 + Math.floor((i + offset) * step) })),
      ...Array.from({ length: timed }, () => ({ stage, at: 0, after: Math.ceil(random() * stage.ms) })),
    ];
  });
}

/** @returns what is wrong, a line each; and where it was killed. */
export async function kill(campaign, { stage, ...hurt }) {
  campaign.restore(stage);
  const killed = await campaign.run(stage, { ...hurt, does: 'kill' });
  const where =
    hurt.after === undefined ? (killed.hit ?? `${hurt.at}: not reached`) : `after ${hurt.after} ms`;
  const again = await campaign.again(stage);
  const lines = [];
  if (again.status !== 0)
    lines.push(`run again, it ends with ${again.status ?? again.signal}: ${lastLine(again.said)}`);
  lines.push(...differences(stage.after, treeOf(campaign.study)));
  const left = readdirSync(join(campaign.work, 'tmp'));
  lines.push(...left.map((name) => `left behind among temporary files: ${name}`));
  return { where, isHit: killed.signal === 'SIGKILL', lines };
}

export function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}
