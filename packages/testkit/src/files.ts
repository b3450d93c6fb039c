import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of all files below a folder, sorted. */
export function filesBelow(folder: string): string[] {
  // Entries with their folders (`parentPath`) are missing before Node.js 20.12.
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}
