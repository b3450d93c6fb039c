// Writes the benchmark's results: benchmarks.json, benchmarks.md and the chart.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic, writeJson } from '../packages/artifacts/dist/index.js';
import { drawSvg } from '../packages/report/dist/charts/draw.js';
import { speedChart } from './chart.mjs';
import { TUNED_TEXT } from './peers.mjs';
import {
  engineTable,
  growthTables,
  isGrowth,
  mainTable,
  peakTable,
  usualRounds,
  youngerPeers,
} from './tables.mjs';

/** @returns the paths written */
export async function writeReport(folder, found) {
  mkdirSync(folder, { recursive: true });
  const paths = ['benchmarks.json', 'benchmarks.md', 'benchmarks.svg'].map((name) => join(folder, name));
  writeJson(paths[0], found);
  writeFileAtomic(paths[1], markdown(found));
  writeFileAtomic(paths[2], await drawSvg(speedChart(found.rows)));
  return paths;
}

function markdown({ date, machine, peak, settings, notes, rows }) {
  const isInParts = new Set(rows.map(({ limit }) => limit).filter((limit) => limit !== undefined)).size > 1;
  const rounds = usualRounds(rows);
  return [
    '# Benchmarks',
    '',
    `Written by \`npm run bench\`${settings.quick ? ' with `--quick`: the sizes are small and the numbers rough' : ''}, ` +
      `${date}. Ours and the peers took turns, ${rounds} round${rounds === 1 ? '' : 's'}; medians, with the least and the most in brackets.`,
    '',
    '![Speed relative to the plain peer](benchmarks.svg)',
    '',
    mainTable(
      rows.filter((row) => !isGrowth(row) && row.beside === undefined),
      rounds,
    ),
    '',
    ...engineTable(rows, rounds),
    ...youngerPeers(rows, rounds),
    ...growthTables(rows.filter(isGrowth), rounds),
    'How it is measured:',
    '',
    '- Training: slices per second over two whole epochs with decoding and augmentation. Process start, imports, building of the',
    '  network and validation are left out on all sides; start-up of the data loader (peers), decoding of all slices into the',
    '  slice store (ours, once per run, no store from before) and the first, slower steps are counted.',
    '- Extraction: from the engine being there to the last file written; decoding is included, the network is built meanwhile.',
    '- Preprocess: the whole stage without process start; the peer does the same with PIL and hashlib in two processes.',
    '- Import: from an export of DICOM files to the last slice on disk, without process start. The peer reads headers, orders slices,',
    '  takes the same window and size, and writes PNG files; it flushes nothing and keeps no table.',
    '- Whole job: wall time with process start, one round unless it is asked for by name. Ours is `radweave run` with',
    '  preprocessing and figures, which the peers are spared, and without explanations.',
    '- Memory: the largest proportional set size of the process tree (shared pages count once), sampled every 200 ms; the',
    '  ratio is ours to theirs.',
    '- A ratio of two medians above 1 means that ours is faster. The share is (slices per second × arithmetic per slice) of the',
    "  fastest matrix product or direct convolution of libtorch in the same run, in our run's precision. The arithmetic is that",
    "  of direct convolutions; Winograd's algorithm needs less. Where a ratio and the share disagree, the share decides.",
    ...oursComputedIn(rows),
    `- Peers: ${settings.workers} data loader workers, ${settings.cores} threads, default malloc;`,
    `  \`tuned\` is ${TUNED_TEXT} and, as an expert would set it, OPENBLAS_CORETYPE for this CPU.`,
    ...(isInParts
      ? ['- The rows come from several calls (`--keep`); each share is of the peak of its own call.']
      : []),
    '',
    ...(notes.length === 0 ? [] : [...notes.map((note) => `- ${note}`), '']),
    ...skips(rows),
    '## Machine',
    '',
    `${machine.cpu}, ${machine.cores} cores used (${machine.features.join(', ') || 'no AVX2'}), ${machine.memoryGb} GB, ` +
      `${machine.system}, Node.js ${machine.node}; load before: ${machine.loadBefore}.`,
    '',
    ...(peak === null ? [] : [peakTable(peak), '']),
  ].join('\n');
}

function oursComputedIn(rows) {
  const all = rows.flatMap(({ results }) =>
    results.filter(({ id }) => id === 'ours').map((one) => one.precision),
  );
  const used = [...new Set(all.filter((precision) => precision !== undefined))];
  return used.length === 0 ? [] : [`- Ours computed in what \`--precision auto\` chose: ${used.join(', ')}.`];
}

function skips(rows) {
  const lines = rows.flatMap(({ title, results }) =>
    results
      .filter(({ skipped, median }) => skipped !== undefined && median === undefined)
      .filter(({ skipped }) => skipped.includes('\n') || skipped.includes('not there'))
      .map(
        ({ label, skipped }) => `- Left out: ${label} in “${title}”: ${skipped.trim().split('\n').at(-1)}`,
      ),
  );
  return lines.length === 0 ? [] : [...lines, ''];
}
