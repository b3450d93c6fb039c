// Lets a file operation of a command fail, looks at what it says, and runs it again.

import { lastLine } from './kills.mjs';
import { differences, lost, treeOf } from './trees.mjs';

/** ENOENT is what an input that vanishes gives. */
const FAULTS = ['ENOSPC', 'EIO', 'EACCES', 'ENOENT', 'short'];

/** The n faults: of each command, at every k-th operation, each kind in turn. */
export function planFaults(stages, { n, random }, faults = FAULTS, reads = true) {
  const each = Math.max(faults.length, Math.floor(n / stages.length));
  return stages.flatMap((stage) => {
    const count = Math.min(each, stage.total * faults.length);
    const step = stage.total / count;
    const offset = random();
    return Array.from({ length: count }, (_, i) => ({
      stage,
      at: 1 + Math.floor((i + offset) * step),
      does: faults[i % faults.length],
      reads,
    }));
  });
}

/** Of each command, at every k-th operation that writes: from there on the disk is full. */
export function planFull(stages, how) {
  return planFaults(stages, how, ['ENOSPC'], false);
}

/** @returns what is wrong, a line each; and where the fault was. */
export async function fail(campaign, { stage, ...hurt }) {
  campaign.restore(stage);
  const before = treeOf(campaign.study);
  const failed = await campaign.run(stage, hurt);
  const lines = failed.hit === undefined ? [] : judge(failed, hurt);
  if (failed.status !== 0) lines.push(...lost(before, treeOf(campaign.study)));
  // What could not be removed the next run removes.
  const harm = differences(stage.after, treeOf(campaign.study)).filter(
    (line) => !line.startsWith('left behind'),
  );
  if (failed.status === 0) lines.push(...harm);
  const again = await campaign.again(stage);
  if (again.status !== 0)
    lines.push(`run again, it ends with ${again.status ?? again.signal}: ${lastLine(again.said)}`);
  lines.push(...differences(stage.after, treeOf(campaign.study)));
  const outcome = failed.status === 0 ? 'no harm' : lastLine(failed.said);
  return {
    where: `${hurt.does} ${failed.hit ?? 'not reached'}: ${outcome}`,
    isHit: failed.hit !== undefined,
    lines,
  };
}

/** How a sentence begins that says what to do. */
const TO_DO =
  /[.:;] (Check|Choose|Close|Correct|Free|Move|Make|Name|Put|Restore|Run|Use|Wait|check|free|raise)\b/;

/** One error with a path and what to do, and a documented exit code; or none, where the fault was got over. */
function judge({ status, signal, said, isHung }, { does, reads }) {
  if (isHung) return ['it hangs'];
  if (status === 0) return [];
  if (does === 'short')
    return [`half a write is no fault, and it ends with ${status ?? signal}: ${lastLine(said)}`];
  const errors = said.split('\n').filter((line) => line.startsWith('Error: '));
  const lines = [];
  // What reads cannot fail for want of space: it gets an I/O error.
  const isFull = does === 'ENOSPC' && !reads;
  if (!(isFull ? [5] : [3, 5]).includes(status))
    lines.push(`exit code ${status ?? signal}: ${lastLine(said)}`);
  if (errors.length !== 1) lines.push(`${errors.length} errors`);
  else if (!/\//.test(errors[0])) lines.push(`no path: ${errors[0]}`);
  else if (!TO_DO.test(errors[0])) lines.push(`nothing to do: ${errors[0]}`);
  else if (isFull && !/full/.test(errors[0])) lines.push(`no word of the full disk: ${errors[0]}`);
  return lines;
}
