import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isRunning, processSpace, processStart } from './processes.ts';

/** Four hexadecimal digits that stand for a text. */
const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 4);

const SPACE = short(processSpace());
const OWN_START = short(processStart(process.pid) ?? '');

/** `.{name}.{pid}-{computer}{start of the process}{random}.{suffix}`. */
const TEMPORARY =
  /^\.(?<name>.+)\.(?<pid>\d+)-(?<space>[0-9a-f]{4})(?<start>[0-9a-f]{4})[0-9a-f]{8}\.(?<suffix>tmp|old)$/;

/** After so long nobody writes any more what another computer began. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/** A sibling name no other process uses: a rename is only atomic inside one file system. */
export function temporaryName(path: string, suffix: 'tmp' | 'old'): string {
  const unique = `${SPACE}${OWN_START}${randomBytes(4).toString('hex')}`;
  return join(dirname(path), `.${basename(path)}.${process.pid}-${unique}.${suffix}`);
}

/** Whether a file or folder has a name of {@link temporaryName}, whoever made it. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name);
}

const swept = new Set<string>();

/**
 * Removes what processes that were killed left in a folder: files and folders with names of {@link temporaryName}. Those of
 * running processes stay, and so does an old folder whose successor never came. Of a process that cannot be asked, on another
 * computer, before this one's last start or in a container, what has not changed for a day goes. A process looks into a folder once.
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
  const { name = '', pid, space, start, suffix } = TEMPORARY.exec(entry)?.groups ?? {};
  if (pid === undefined) return false;
  if (suffix === 'old' && !existsSync(join(folder, name))) return false;
  if (space !== SPACE) return Date.now() - statSync(join(folder, entry)).mtimeMs > ABANDONED_MS;
  // The number may have gone to another process since.
  return !isRunning(Number(pid)) || short(processStart(Number(pid)) ?? '') !== start;
}
