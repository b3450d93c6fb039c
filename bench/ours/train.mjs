// `radweave train` on one modality: seconds from the first step's batch to the last step of each epoch, and decoding of the
// training slices. Process start, building of the network and validation are left out, as for the peers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../packages/artifacts/dist/index.js';
import { momentOf, networkReady, precisionOf, report, timedStage } from './stage.mjs';

const { config: file, overrides, modality } = JSON.parse(process.argv[2]);
const config = readConfig(file);
for (const [section, values] of Object.entries(overrides)) Object.assign(config[section], values);
const folder = mkdtempSync(join(tmpdir(), 'radweave-bench-train-'));
config.experiment.output_dir = folder;
// What an earlier run decoded would spare this one work that the peers do.
rmSync(join(config.data.splits_dir, '.slices'), { recursive: true, force: true });
try {
  const options = { config, given: [], modality, resume: false, run: 'bench', bestHparamsDir: folder };
  const { events } = await timedStage('train', options);
  report({ ...training(events, config.model.name, modality), precision: precisionOf(events) });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function training(events, model, name) {
  const begun = momentOf(events, ({ kind, text }) => kind === 'log' && text.startsWith('Computing on '));
  const task = `decoding train slices of ${name}`;
  const decoded =
    events.findLast(({ event }) => event.kind === 'progress' && event.task === task)?.at ?? begun;
  let seconds = decoded - begun;
  let slices = 0;
  let epochStart = networkReady(events, model);
  let lastStep = epochStart;
  for (const { at, event } of events) {
    // What frozen stages make of the validation slices is computed in advance, which is part of validation.
    if (event.kind === 'progress' && event.task === 'computing frozen stages') epochStart = at;
    else if (event.kind === 'step') {
      slices += event.report.slices;
      lastStep = at;
    } else if (event.kind === 'epoch') {
      seconds += lastStep - epochStart;
      epochStart = at;
    }
  }
  return { seconds, slices, decodeSeconds: decoded - begun };
}
