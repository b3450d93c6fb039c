import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { path, beat } = workerData as { path: string; beat: number };

const DIGITS = 12;
const start = readFileSync(path).indexOf('\n') + 1;
let count = 0;

/** A number after the first line, so that who waits sees a change without comparing two computers' clocks. */
function change(): void {
  try {
    // Opened each time and never made: one that was taken away stays away.
    const file = openSync(path, 'r+');
    try {
      writeSync(file, `${String(++count).padStart(DIGITS, '0')}\n`, start);
    } finally {
      closeSync(file);
    }
  } catch {
    // The disk may have failed for a moment. A lease that is gone its holder finds gone.
  }
}

setInterval(change, beat);
