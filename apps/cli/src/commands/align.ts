import { stageCommand } from '../stage/stage-command.ts';
import { table } from '../table.ts';
import type { Define } from './define.ts';

interface AlignFlags {
  output_dir?: string;
}

export const define: Define = stageCommand<'align', AlignFlags>({
  stage: 'align',
  flags: (command) => {
    command.option(
      '--output_dir <folder>',
      'where the aligned tables go (default: the folder of the features)',
    );
  },
  options: ({ config }, own) => ({
    config,
    modalities: config.data.modalities,
    outputDir: own.output_dir ?? null,
  }),
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
