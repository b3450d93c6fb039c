import { join } from 'node:path';
import { compareText, isSamePlace, isWithin, realPlace, systemCode } from '@radweave/artifacts';
import { existsSync, readdirSync, statSync } from '@radweave/artifacts/files';

/** A file below a folder, or what only looks like one. */
export interface Below {
  readonly path: string;
  /** False of a link that leads nowhere, a pipe or a device: they are not opened. */
  readonly isFile: boolean;
}

/**
 * All files, in an order that does not depend on the file system. Links are followed, each folder once.
 *
 * @param besides Folders whose files do not count.
 */
export function filesBelow(folder: string, besides: readonly string[] = []): Generator<Below> {
  const inside = foldersBelow(folder, besides).filter((one) => existsSync(one));
  return below(folder, new Set(inside.map(keyOf)));
}

/** Those of the folders that lie below another one, by their real places; they need not be there. */
export function foldersBelow(folder: string, others: readonly string[]): string[] {
  const place = realPlace(folder);
  return others.map(realPlace).filter((one) => isWithin(one, place) && !isSamePlace(one, place));
}

function* below(folder: string, seen: Set<string>): Generator<Below> {
  const key = keyOf(folder);
  if (seen.has(key)) return;
  seen.add(key);
  for (const name of readdirSync(folder).sort(compareText)) {
    const path = join(folder, name);
    const kind = kindOf(path);
    if (kind === 'folder') yield* below(path, seen);
    else yield { path, isFile: kind === 'file' };
  }
}

function keyOf(folder: string): string {
  // Windows numbers files beyond what a double holds: rounded, two folders would be one.
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

function kindOf(path: string): 'file' | 'folder' | 'other' {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : 'other';
  } catch (error) {
    // A link that leads nowhere or in a circle; of a name that is not UTF-8 nobody knows what it is.
    const isNamed = !path.includes('\ufffd');
    if (isNamed && ['ENOENT', 'ELOOP'].includes(systemCode(error) ?? '')) return 'other';
    throw error;
  }
}
