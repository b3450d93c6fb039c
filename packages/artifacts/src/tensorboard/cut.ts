import { join } from 'node:path';
import { writeFileAtomic } from '../atomic.ts';
import { existsSync, readdirSync, readFileSync } from '../files/files.ts';
import { eventStep } from './event.ts';
import { frameRecord, splitRecords } from './record.ts';
import { isEventFile } from './writer.ts';

/** What cutting the event files of a folder removed. */
export interface CutEvents {
  /** Events with a later step. */
  readonly events: number;
  /** Bytes of unfinished records, left by a writer that was killed. */
  readonly damagedBytes: number;
}

/**
 * Cuts the event files of a folder back to what a checkpoint knows, before a run is resumed: keeps events with
 * `step <= lastStep` and those without a step, and drops an unfinished record at the end. No writer may be open.
 */
export function cutEvents(folder: string, lastStep: number): CutEvents {
  let events = 0;
  let damagedBytes = 0;
  for (const name of existsSync(folder) ? readdirSync(folder).filter(isEventFile) : []) {
    const path = join(folder, name);
    const records = splitRecords(readFileSync(path));
    const kept = records.data.filter((event) => (eventStep(event) ?? lastStep) <= lastStep);
    events += records.data.length - kept.length;
    damagedBytes += records.damagedBytes;
    if (kept.length < records.data.length || records.damagedBytes > 0) {
      writeFileAtomic(path, Buffer.concat(kept.map(frameRecord)));
    }
  }
  return { events, damagedBytes };
}
