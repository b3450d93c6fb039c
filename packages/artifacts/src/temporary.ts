import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isRunning, processStart } from './processes.ts';

/** Four hexadecimal digits that stand for a text. */
const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 4);

const HOST = short(hostname());

/** `.{name}.{pid}-{computer}{start of the process}{random}.{suffix}`. */
const TEMPORARY =
  /^\.(?<name>.+)\.(?<pid>\d+)-(?<host>[0-9a-f]{4})(?<start>[0-9a-f]{4})[0-9a-f]{8}\.(?<suffix>tmp|old)$/;

/** A sibling name no other process uses: a rename is only atomic inside one file system. */
export function temporaryName(path: string, suffix: string): string {
  const { pid } = process;
  const unique = `${HOST}${short(processStart(pid) ?? '')}${randomBytes(4).toString('hex')}`;
  return join(dirname(path), `.${basename(path)}.${pid}-${unique}.${suffix}`);
}

const swept = new Set<string>();

/**
 * Removes what processes that were killed left in a folder: files and folders with names of {@link temporaryName}. Those of
 * running processes and of other computers stay, and so does an old folder whose successor never came. A process looks into
 * a folder once.
 */
export function sweepLeftovers(folder: string): void {
  const place = resolve(folder);
  if (swept.has(place)) return;
  swept.add(place);
  try {
    for (const entry of readdirSync(place).filter((name) => isLeft(place, name))) {
      rmSync(join(place, entry), { recursive: true, force: true });
    }
  } catch {
    // A folder that may be written but not listed, or another command that sweeps too: what is left hinders nobody.
  }
}

function isLeft(folder: string, entry: string): boolean {
  const { name = '', pid, host, start, suffix } = TEMPORARY.exec(entry)?.groups ?? {};
  if (host !== HOST) return false;
  if (suffix === 'old' && !existsSync(join(folder, name))) return false;
  // The number may have gone to another process since.
  return !isRunning(Number(pid)) || short(processStart(Number(pid)) ?? '') !== start;
}
