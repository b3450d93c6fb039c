// `radweave train` in the engine thread, as the command runs it, and when what happened: train.mjs '{"splits", "folder", …}'; `training`
// has other settings of it, `together` the processes that train together. Times are
// seconds; moments are milliseconds of the clock, so that what was sampled beside can be laid over them.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig } from '../../../packages/artifacts/dist/index.js';
import { networkReady, precisionOf, report, timedStage } from '../../ours/stage.mjs';

const job = JSON.parse(process.argv[2]);
const { splits, folder, model, batch, epochs, precision, device, side, training = {}, together } = job;
const config = defaultConfig();
Object.assign(config.data, { splits_dir: splits, modalities: ['A'], image_size: side });
Object.assign(config.model, { name: model, pretrained: false });
Object.assign(config.training, {
  epochs,
  batch_size: batch,
  precision,
  device,
  early_stop_enabled: false,
  ...training,
});
config.experiment.output_dir = folder;
// Decoding is part of the command.
rmSync(join(splits, '.slices'), { recursive: true, force: true });
rmSync(folder, { recursive: true, force: true });
const options = {
  config,
  given: [],
  modality: 'A',
  resume: false,
  run: 'speed',
  bestHparamsDir: join(folder, 'best'),
  together,
};
const begun = Date.now();
const { events, seconds } = await timedStage('train', options);
report({ precision: precisionOf(events), seconds, ...phases() });

function phases() {
  const ready = networkReady(events, model);
  const found = [];
  let [from, last, validated, slices] = [ready, ready, ready, 0];
  for (const { at, event } of events) {
    if (event.kind === 'step') {
      last = at;
      slices += event.report.slices;
    } else if (event.kind === 'progress' && event.task === 'validating') validated = at;
    else if (event.kind === 'epoch') {
      found.push({
        slices,
        train: last - from,
        validation: validated - last,
        rest: at - validated,
        loss: event.report.train.loss,
        validationLoss: event.report.validation.loss,
        moments: [begun + 1000 * from, begun + 1000 * last],
      });
      [from, last, slices] = [at, at, 0];
    }
  }
  return { ready, after: seconds - from, epochs: found };
}
