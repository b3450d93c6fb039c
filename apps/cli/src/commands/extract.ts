import { stageCommand } from '../stage/stage-command.ts';
import { table } from '../table.ts';
import type { Define } from './index.ts';

interface ExtractFlags {
  modality: string;
  model?: string;
  checkpoint?: string;
  align?: boolean;
}

export const define: Define = stageCommand<'extract', ExtractFlags>({
  stage: 'extract',
  flags: (command) => {
    command
      .requiredOption('--modality <name>', 'modality to extract')
      .option('--model <name>', 'architecture: chooses among runs, or names that of --checkpoint pretrained')
      .option(
        '--checkpoint <file>',
        '.pth file, or "pretrained" (default: the newest best run of the modality)',
      )
      .option('--align', 'align the modalities afterwards');
  },
  options: ({ config, given }, own) => ({
    config,
    given,
    modality: own.modality,
    model: own.model,
    checkpoint: own.checkpoint,
    align: own.align === true,
  }),
  present: (result) =>
    [
      table(
        ['split', 'patients', 'slices', 'table'],
        (['train', 'val', 'test'] as const).map((split) => [
          split,
          result.patients[split],
          result.slices[split],
          result.tables[split],
        ]),
      ),
      `${result.dims} features per slice by ${result.model}, ${result.checkpoint}`,
      '',
    ].join('\n'),
});
