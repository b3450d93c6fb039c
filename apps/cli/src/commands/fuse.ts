import { fusionSummary } from '../fusion-summary.ts';
import { stageCommand } from '../stage/stage-command.ts';
import type { Define } from './index.ts';

export const define: Define = stageCommand({
  stage: 'fuse',
  flags: () => undefined,
  options: ({ config }) => ({ config, modalities: config.data.modalities }),
  present: fusionSummary,
});
