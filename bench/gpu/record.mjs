// Keeps runs of scripts/gpu-proof in docs: record.mjs RUN… [--note TEXT]. A run is a gpu-proof.json. docs/benchmarks-cuda.json gets what
// is not there yet, docs/benchmarks-cuda.md is written again from all of it; later runs count where several did the same.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { page } from './tables.mjs';

const DOCS = fileURLToPath(new URL('../../docs/benchmarks-cuda', import.meta.url));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { note: { type: 'string' } } });
const kept = existsSync(`${DOCS}.json`) ? JSON.parse(readFileSync(`${DOCS}.json`, 'utf8')) : [];
const known = new Set(kept.map(({ made }) => made));
const added = positionals
  .map((file) => ({
    ...JSON.parse(readFileSync(file, 'utf8')),
    ...(values.note ? { note: values.note } : {}),
  }))
  .filter(({ made }) => !known.has(made));
const runs = [...kept, ...added].sort((a, b) => a.made.localeCompare(b.made));
writeFileSync(`${DOCS}.json`, `${JSON.stringify(runs, null, 1)}\n`);
writeFileSync(`${DOCS}.md`, page(runs));
