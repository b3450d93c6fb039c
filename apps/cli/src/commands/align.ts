import { stageCommand } from '../stage/stage-command.ts';
import { table } from '../table.ts';
import type { Define } from './index.ts';

export const define: Define = stageCommand({
  stage: 'align',
  flags: () => undefined,
  options: ({ config }) => ({ config, modalities: config.data.modalities }),
  present: ({ modalities, patients, missing, folders }) =>
    [
      table(
        ['split', 'aligned patients', 'left out', 'folder'],
        (['train', 'val', 'test'] as const).map((split) => [
          split,
          patients[split],
          missing[split],
          folders[split],
        ]),
      ),
      `Modalities: ${modalities.join(', ')}`,
      '',
    ].join('\n'),
});
