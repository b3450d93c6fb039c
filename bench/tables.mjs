// The tables of docs/benchmarks.md.
import { verdict } from './rows.mjs';

/** Ours beside Debian's PyTorch, with what is aimed at. */
export function mainTable(rows, rounds) {
  return table(
    ['job', 'Radweave', 'plain', 'tuned', '× plain', '× tuned', 'share of limit', 'aim', 'result'],
    rows.map((row) => [
      `${row.title}${roundsOf(row, rounds)}`,
      ...['ours', 'plain', 'tuned'].map((id) => cell(row, id)),
      ...['plain', 'tuned'].map((id) => ratio(row.ratios[id])),
      row.share === undefined ? '' : `${(100 * row.share).toFixed(0)} %`,
      aim(row.targets),
      row.isMet === undefined ? '' : verdict(row),
    ]),
  );
}

/** Extraction beside OpenVINO, which only runs networks. */
export function engineTable(rows, rounds) {
  const measured = rows.filter((row) => medianOf(row, 'openvino') !== undefined);
  if (measured.length === 0) return [];
  const [{ results }] = measured;
  return [
    `Beside ${results.find(({ id }) => id === 'openvino').label}:`,
    '',
    table(
      ['job', 'Radweave', 'in', 'OpenVINO', '× OpenVINO', 'aim'],
      measured.map((row) => [
        `${row.title}${roundsOf(row, rounds)}`,
        cell(row, 'ours'),
        row.results.find(({ id }) => id === 'ours')?.precision ?? '',
        cell(row, 'openvino'),
        ratio(row.ratios.openvino),
        `≥ ${row.targets.openvino}×`,
      ]),
    ),
    '',
  ];
}

/** Tables of the PyTorch that `--python` named, beside ours on the same libtorch. */
export function youngerPeers(rows, rounds) {
  const ids = new Set(rows.flatMap(({ results }) => results.map(({ id }) => id)));
  const versions = [...ids].filter((id) => id.startsWith('ours-')).map((id) => id.slice('ours-'.length));
  return versions.flatMap((version) => {
    const own = `ours-${version}`;
    const peers = ['plain', 'tuned', 'compiled'].map((kind) => [kind, `${kind}-${version}`]);
    const measured = rows.filter((row) => peers.some(([, id]) => medianOf(row, id) !== undefined));
    return [
      `Beside PyTorch ${version}, ratios of Radweave on the same libtorch (\`compiled\` is \`tuned\` with \`torch.compile\`):`,
      '',
      table(
        [
          'job',
          `on libtorch ${version}`,
          ...peers.map(([kind]) => kind),
          ...peers.map(([kind]) => `× ${kind}`),
        ],
        measured.map((row) => [
          `${row.title}${roundsOf(row, rounds)}`,
          cell(row, own),
          ...peers.map(([, id]) => cell(row, id)),
          ...peers.map(([, id]) => ratio(row.ratios[id] / row.ratios[own])),
        ]),
      ),
      '',
    ];
  });
}

/** What grows, by the beginning of the rows' names. */
const GROWTH = {
  growth: {
    what: 'slices',
    about: [
      'Growth: each stage alone by the number of slices, with MobileNetV3 small (four stages frozen in training), and the peak',
      'resident memory of its process tree.',
    ],
  },
  patients: {
    what: 'patients',
    about: [
      'Growth: stages that read no slice, by the number of patients with two modalities of 1,024 features each, and the peak',
      'resident memory of the process tree.',
    ],
  },
};

const GROWING = /^(growth|patients)-(\w+)-(\w+)$/;

/** Whether a row, or that of its memory, shows how a stage grows with the number of slices or patients. */
export function isGrowth({ name, of }) {
  return GROWING.test(of ?? name);
}

/** Speed and memory of the stages by the number of slices, and of patients. */
export function growthTables(rows, rounds) {
  return Object.keys(GROWTH).flatMap((kind) =>
    growthTable(
      kind,
      rows.filter(({ name, of }) => GROWING.exec(of ?? name)?.[1] === kind),
      rounds,
    ),
  );
}

function growthTable(kind, rows, rounds) {
  if (rows.length === 0) return [];
  const found = new Map(
    rows.map((row) => [`${row.of ?? row.name}${row.of === undefined ? '' : ' memory'}`, row]),
  );
  const parts = rows.filter(({ of }) => of === undefined).map(({ name }) => GROWING.exec(name));
  const sizes = [...new Set(parts.map(([, , size]) => size))];
  const stages = [...new Set(parts.map(([, , , stage]) => stage))];
  const value = (key) => (found.has(key) ? cell(found.get(key), 'ours') : '');
  return [
    ...GROWTH[kind].about,
    '',
    table(
      [GROWTH[kind].what, ...stages.flatMap((stage) => [stage, 'memory'])],
      sizes.map((size) => [
        `${size}${roundsOf(found.get(`${kind}-${size}-${stages[0]}`) ?? { results: [] }, rounds)}`,
        ...stages.flatMap((stage) => ['', ' memory'].map((what) => value(`${kind}-${size}-${stage}${what}`))),
      ]),
    ),
    '',
  ];
}

export function peakTable(peak) {
  const kinds = Object.keys(peak.fp32.rates);
  return table(
    ['GFLOP/s', 'fp32', 'bf16'],
    kinds.map((kind) => [kind, peak.fp32.rates[kind].toFixed(0), peak.bf16.rates[kind].toFixed(0)]),
  );
}

function medianOf({ results }, id) {
  return results.find((one) => one.id === id)?.median;
}

/** Ratios are ours to each side, and so is that of ours on another libtorch. */
function ratio(value) {
  return value === undefined || Number.isNaN(value) ? '' : value.toFixed(2);
}

/** The most that any row has: rows of several calls may have different numbers. */
export function usualRounds(rows) {
  return Math.max(1, ...rows.map(mostRounds));
}

const mostRounds = ({ results }) => Math.max(0, ...results.map(({ values }) => values?.length ?? 0));

/** Said only where it is not the usual number. */
function roundsOf(row, rounds) {
  const most = mostRounds(row);
  return most === 0 || most === rounds ? '' : ` (${most} round${most === 1 ? '' : 's'})`;
}

function cell({ results, unit }, id) {
  const result = results.find((one) => one.id === id);
  if (result?.median === undefined) return '';
  const { median, least, most } = result;
  const range = least === undefined || least === most ? '' : ` (${number(least)}–${number(most)})`;
  return `${number(median)} ${unit}${range}`;
}

function number(value) {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function aim({ plain, tuned, share, plainAtMost, tunedAtMost, megabytes, seconds }) {
  return [
    plain === undefined ? '' : `≥ ${plain}× plain`,
    tuned === undefined ? '' : `≥ ${tuned}× tuned`,
    share === undefined ? '' : `≥ ${(100 * share).toFixed(0)} %`,
    plainAtMost === undefined ? '' : `≤ ${plainAtMost}× plain`,
    tunedAtMost === undefined ? '' : `≤ ${tunedAtMost}× tuned`,
    megabytes === undefined ? '' : `< ${megabytes} MB`,
    seconds === undefined ? '' : `< ${seconds} s, libtorch not loaded`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
