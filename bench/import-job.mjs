// The row of an export of CT series: from DICOM files to slices, beside pydicom, numpy and PIL in as many processes.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peersPython } from '../packages/testkit/dist/peers-place.js';
import { measured } from './measure.mjs';
import { ROOT } from './options.mjs';
import { oursCommand } from './peers.mjs';
import { Skipped } from './skipped.mjs';

/** Series and slices of each, of 512×512 pixels: 1 GB of files, 31 GB with `--full`, 21 MB with `--quick`. */
const SIZES = { usual: [20, 100], full: [200, 300], quick: [2, 20] };

/** Measured only when asked for. */
export function importJob({ work, quick, full, cores }) {
  const [series, slices] = SIZES[quick ? 'quick' : full ? 'full' : 'usual'];
  const script = join(ROOT, 'bench', 'peers', 'import_dicom.py');
  return {
    name: 'import-dicom',
    title: `import ${series} CT series of ${slices} slices; peer: pydicom, numpy and PIL in ${cores} processes`,
    unit: 'slices/s',
    isMoreBetter: true,
    isExtra: true,
    targets: { plain: 2 },
    memory: { megabytes: 1024 },
    async measure(side) {
      if (side.id !== 'ours' && side.id !== 'plain') throw new Skipped('torch has no part in it');
      const root = join(work, `export-${series}-${slices}`);
      const python = [peersPython(), script, root];
      if (!existsSync(root)) await measured([...python, '--make', String(series), String(slices)]);
      const out = mkdtempSync(join(tmpdir(), 'radweave-bench-import-'));
      try {
        const command =
          side.kind === 'ours'
            ? oursCommand('import.mjs', { root, out, threads: cores })
            : [...python, '--out', out, '--processes', String(cores)];
        const { json, peakMb } = await measured(command, {
          env: side.kind === 'ours' ? side.env : undefined,
        });
        return { value: (series * slices) / json.seconds, seconds: json.seconds, peakMb };
      } finally {
        rmSync(out, { recursive: true, force: true });
      }
    },
  };
}
