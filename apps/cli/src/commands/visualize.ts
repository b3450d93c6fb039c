import { stageCommand } from '../stage/stage-command.ts';
import type { Define } from './define.ts';

export const define: Define = stageCommand({
  stage: 'visualize',
  flags: () => undefined,
  options: ({ config }) => ({ config, modalities: config.data.modalities }),
  present: ({ outputDir, files }) => `${files.length} files in ${outputDir}\n`,
});
