// Compares what two runs of a command left.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What may differ between two uninterrupted runs, and why: a `text` in a file, the bytes before `from`, or else the whole file. Those that
 * do not count may lack, too.
 */
export const MAY_DIFFER = [
  { path: /\.log$/, why: 'a line for each beginning and each end, with its time' },
  {
    path: /\.slices$/,
    from: 4096,
    why: 'its head names when the images last changed; a campaign copies them again for each trial',
  },
  {
    path: /events\.out\.tfevents\./,
    why: 'times; a file for each beginning, with the process in its name',
    isCounted: false,
  },
  {
    path: /\.shards\/(?:.*\/)?(?:part|merged)\.json$/,
    text: /"finished": "[^"]*"/,
    why: 'when the share, or merging, ended',
  },
  {
    path: /private\/file_hashes\.json$/,
    why: 'sizes and times of the files of an export; a campaign copies them again for each trial',
  },
  { path: /checkpoints\/[^/]+\/run\.json$/, text: /"time": "[^"]*"/, why: 'when the training last wrote' },
  {
    path: /report\/report\.html$/,
    text: /\b20\d\d-\d\d-\d\d\b/g,
    why: 'the day here; a command is run again in another time zone',
  },
  { path: /native\/.*\.json$/, text: /"(time|built|tried)": "[^"]*"/, why: 'when set-up ran' },
];

/** What killed commands leave and the next removes; one that ends leaves none. */
export const LEFT = /\.(tmp|old|incomplete|lock)(\/|$)/;

/** Every file, link and folder below a folder, by its path, and a hash of what is in it. */
export function treeOf(folder, path = '') {
  const found = new Map();
  for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
    const name = path === '' ? entry.name : `${path}/${entry.name}`;
    const rule = MAY_DIFFER.find((one) => one.path.test(name));
    if (entry.isDirectory()) {
      found.set(`${name}/`, '');
      for (const [inner, hash] of treeOf(folder, name)) found.set(inner, hash);
    } else if (rule?.isCounted !== false) found.set(name, contentOf(join(folder, name), entry, rule));
  }
  return found;
}

function contentOf(path, entry, rule) {
  if (entry.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (rule !== undefined && rule.text === undefined && rule.from === undefined) return 'may differ';
  const bytes = readFileSync(path).subarray(rule?.from ?? 0);
  const content = rule?.text === undefined ? bytes : bytes.toString('utf8').replace(rule.text, '');
  return createHash('sha256').update(content).digest('hex');
}

/** What is there and should not be, lacks, or differs: a line each. */
export function differences(expected, found) {
  const lines = [];
  for (const [name, content] of expected) {
    if (!found.has(name)) lines.push(`lacks: ${name}`);
    else if (found.get(name) !== content) lines.push(`differs: ${name}`);
  }
  for (const name of found.keys()) {
    if (!expected.has(name)) lines.push(`${LEFT.test(name) ? 'left behind' : 'too much'}: ${name}`);
  }
  return lines;
}

/** Files that were there before, and are no more as they were. */
export function lost(before, found) {
  return [...before]
    .filter(([name, content]) => found.get(name) !== content)
    .map(([name]) => `lost: ${name}`);
}

/** Makes `to` what `from` is, times included. */
export function copy(from, to) {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(dirname(to), { recursive: true });
  const { status } = spawnSync('cp', ['-a', '--reflink=auto', from, to], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`could not copy ${from}`);
}
