// Command line of the benchmark.
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const HELP = `npm run bench -- [options]

  --quick           small sizes, for a look in a few minutes; the numbers are rough
  --only NAME       only rows whose name contains this; may be repeated
                    (only by the beginning of their names: model-…, bare networks beside torchvision's, and growth-1k-…,
                    growth-10k-…, growth-100k-…, patients-200-…, patients-2k-…, patients-20k-…, maps-2k beside
                    scikit-learn and umap-learn, where --python has them, and import-dicom beside pydicom)
  --rounds N        rounds in which ours and the peers take turns (default 3; the median counts)
  --full            import-dicom at its full size, 200 series of 300 slices: 31 GB of files in --work
  --slices N        slices of the preprocess row (default 100000, with --quick 2000)
  --python PATH     another interpreter with torch, torchvision and Pillow: its rows too, also with torch.compile,
                    and ours on its libtorch where that is set up (RADWEAVE_LIBTORCH)
  --python-only     leave Debian's PyTorch out: rows beside the other interpreter alone
  --workers N       data loader workers of the peers (default: the number of cores, at most 4)
  --output FOLDER   where benchmarks.md, .json and .svg go (default docs; with --quick or --only outputs/bench)
  --keep            rows of an earlier call in that folder stay unless they are measured anew: a run in parts
  --work FOLDER     where the made-up slices are kept from one call to the next
  --list            names of the rows
`;

/** Reads `process.argv`. @throws Error naming the option that is wrong. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '3' },
      slices: { type: 'string' },
      python: { type: 'string' },
      'python-only': { type: 'boolean', default: false },
      workers: { type: 'string' },
      output: { type: 'string' },
      keep: { type: 'boolean', default: false },
      work: { type: 'string', default: join(tmpdir(), 'radweave-bench') },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const cores = availableParallelism();
  const { quick, only } = values;
  if (values['python-only'] && values.python === undefined) throw new Error('--python-only needs --python');
  const isPart = quick || only.length > 0;
  return {
    ...values,
    usage: HELP,
    pythonOnly: values['python-only'],
    cores,
    rounds: whole('--rounds', values.rounds),
    slices: whole('--slices', values.slices ?? (quick ? '2000' : '100000')),
    workers: whole('--workers', values.workers ?? String(Math.min(cores, 4))),
    output: values.output ?? join(ROOT, isPart ? 'outputs/bench' : 'docs'),
  };
}

function whole(name, text) {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} must be a whole number of at least 1, not '${text}'`);
}
