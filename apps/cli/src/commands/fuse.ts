import { evaluationSummary } from '../evaluation-summary.ts';
import { fusionSummary } from '../fusion-summary.ts';
import { runStage } from '../stage/run-stage.ts';
import { stageCommand } from '../stage/stage-command.ts';
import type { Define } from './define.ts';

interface FuseFlags {
  no_evaluate?: boolean;
  stack?: boolean;
}

export const define: Define = stageCommand<'fuse', FuseFlags>({
  stage: 'fuse',
  flags: (command) => {
    command
      .option('--no_evaluate', 'do not go on with `radweave evaluate`')
      .option('--stack', 'also fit `stacked` on the out-of-fold logits of `radweave extract --cross_fit K`');
  },
  options: ({ config }, own) => ({ config, modalities: config.data.modalities, stack: own.stack === true }),
  // The evaluation that follows has the same AUCs.
  present: (result, own) => fusionSummary(result, own.no_evaluate === true),
  next: async ({ config }, own, quiet) => {
    if (own.no_evaluate === true) return null;
    const { modalities } = config.data;
    const wish = { config, modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null };
    const result = await runStage('evaluate', wish, quiet);
    return { name: 'evaluation', result, text: evaluationSummary(result) };
  },
});
