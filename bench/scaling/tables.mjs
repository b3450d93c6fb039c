// Prints the tables of docs/scaling.md, "From 8 devices to 1,024": node bench/scaling/tables.mjs
import { pathToFileURL } from 'node:url';
import { ASSUMED, efficiency, GLOO, MEASURED, makespan, ring, tree } from './model.mjs';

const DEVICES = [8, 16, 32, 64, 128, 256, 512, 1024];
const SLICES = 10e6;
const WELL = 0.9;
/** Of the machine of the H200. */
const CORES = 16;

const percent = (share) => `${Math.round(100 * share)} %`;
const row = (cells) => `| ${cells.join(' | ')} |`;

/** Rows of shares by devices; what is below 90 % is in brackets. */
function table(head, rows) {
  const shown = (share) => (share < WELL ? `(${percent(share)})` : percent(share));
  return [
    row([head, ...DEVICES]),
    row([head, ...DEVICES].map(() => '---')),
    ...rows.map(([name, shareOf]) => row([name, ...DEVICES.map((devices) => shown(shareOf(devices)))])),
  ].join('\n');
}

/** Tasks of a study of two modalities: a training each, and its folds, which see the other folds' slices. */
function study(folds, seeds) {
  const one = [1, ...new Array(folds).fill(1 - 1 / folds)];
  return new Array(2 * seeds).fill(one).flat();
}

const among = (tasks) => (devices) =>
  tasks.reduce((sum, time) => sum + time, 0) / (devices * makespan(tasks, devices));

/** Independent tasks. */
export function taskTable() {
  return table('workers with a device each', [
    ['2 modalities × (training + 5 folds): 12 tasks', among(study(5, 1))],
    ['the same with 10 seeds: 120 tasks', among(study(5, 10))],
    ['`tune`, 256 trials of equal length', among(new Array(256).fill(1))],
    ['`tune`, 4,096 trials of equal length', among(new Array(4096).fill(1))],
  ]);
}

const trained = (rate, bytes, sum) => (devices) => efficiency(rate, bytes, devices, sum);
const gloo = (network) => (bytes, devices) =>
  ring(bytes, devices, {
    bandwidth: Math.min(GLOO.bandwidth, ASSUMED.networks[network]),
    latency: GLOO.latency,
  });
const direct = (network) => (bytes, devices) =>
  tree(bytes, devices, { bandwidth: ASSUMED.networks[network], latency: ASSUMED.hop });

/** One training on all devices, 32 slices each in a step. */
export function trainingTable() {
  const { rates, gradients } = MEASURED;
  const rows = [
    ['ResNet18, 2 cores each, gloo', trained(rates.xeon.resnet18, gradients.resnet18, gloo('10 Gb/s'))],
    ['Swin-T, 2 cores each, gloo', trained(rates.xeon.swin_t, gradients.swin_t, gloo('10 Gb/s'))],
    ['ResNet50, H200, gloo', trained(rates.h200.resnet50, gradients.resnet50, gloo('10 Gb/s'))],
  ];
  for (const network of ['100 Gb/s', '400 Gb/s']) {
    for (const [name, model] of [
      ['ResNet18', 'resnet18'],
      ['ResNet50', 'resnet50'],
      ['Swin-T', 'swin_t'],
    ]) {
      rows.push([
        `${name}, H200, ${network} for each, tree`,
        trained(rates.h200[model], gradients[model], direct(network)),
      ]);
    }
  }
  return table('one training on so many devices', rows);
}

/** How much of its speed an epoch keeps when all devices read the slice store over one shared file system. */
export function storageTable() {
  const read = (rate) => (devices) => Math.min(1, ASSUMED.shared / (devices * rate * MEASURED.slice));
  const { h200, xeon } = MEASURED.rates;
  return table('reading slices from one shared file system', [
    ['ResNet18, 2 cores each', read(xeon.resnet18)],
    ['Swin-T, H200', read(h200.swin_t)],
    ['ResNet50, H200', read(h200.resnet50)],
    ['ResNet18, H200', read(h200.resnet18)],
  ]);
}

/** What ten million slices take where it does not depend on the number of devices, or only on that of machines. */
export function slicesTable() {
  const minutes = (seconds) => `${Math.round(seconds / 60)} min`;
  const { slice, decode, preprocess, extract, memory, rates } = MEASURED;
  const rows = [
    ['slice store', `${Math.round((SLICES * slice) / 1e9)} GB`],
    [`making it, one process with ${CORES} cores`, minutes((SLICES * decode) / CORES)],
    ['`preprocess`, one process with two threads', minutes(SLICES / preprocess)],
    ['`extract`, one H200, ResNet50', minutes(SLICES / extract)],
    ['an epoch of ResNet50, one H200', minutes(SLICES / rates.h200.resnet50)],
    ['memory of each process for the names of slices', `${Math.round((SLICES * memory) / 1e9)} GB`],
    ['memory of a machine with 8 processes for them', `${Math.round((8 * SLICES * memory) / 1e9)} GB`],
    ['steps of an epoch on 1,024 devices, 32 slices each', `${Math.ceil(SLICES / 1024 / 32)}`],
  ];
  return [row(['ten million slices', '']), '| --- | --- |', ...rows.map(row)].join('\n');
}

/** All tables, in the order of the document. */
export const tables = () => [taskTable(), trainingTable(), storageTable(), slicesTable()];

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${tables().join('\n\n')}\n`);
