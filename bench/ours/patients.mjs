// Stages of a study of made-up patients, process start left out.
import { report, timedStage } from './stage.mjs';

const { config, stages } = JSON.parse(process.argv[2]);
const { modalities } = config.data;
const options = {
  fuse: { config, modalities },
  evaluate: { config, modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null },
  visualize: { config, modalities },
  report: { config, language: 'en', pdf: false, output: null },
};
let seconds = 0;
for (const stage of stages) seconds += (await timedStage(stage, options[stage])).seconds;
report({ seconds });
