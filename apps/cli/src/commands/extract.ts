import { UsageError } from '@radweave/artifacts';
import { wholeNumber } from '../folds.ts';
import { runStage } from '../stage/run-stage.ts';
import { stageCommand } from '../stage/stage-command.ts';
import { table } from '../table.ts';
import type { Define } from './define.ts';

interface ExtractFlags {
  modality: string;
  model?: string;
  checkpoint?: string;
  align?: boolean;
  cross_fit?: string;
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
      .option('--align', 'align the modalities afterwards')
      .option(
        '--cross_fit <K>',
        'in place of features: train K models on folds of the training patients and write out-of-fold logits for `fuse --stack`',
      );
  },
  options: ({ config, given, inFile }, own) => ({
    config,
    given: [...inFile, ...given],
    modality: own.modality,
    model: own.model,
    checkpoint: own.checkpoint,
    align: own.align === true,
  }),
  instead: async ({ config }, own, quiet) => {
    if (own.cross_fit === undefined) return null;
    const { modality, model, checkpoint } = own;
    const folds = wholeNumber('--cross_fit', own.cross_fit);
    if (own.align === true) {
      throw new UsageError('E_FLAGS', '--align is for features, and --cross_fit writes none');
    }
    const result = await runStage('cross_fit', { config, modality, model, checkpoint, folds }, quiet);
    const rows = (['train', 'val', 'test'] as const).map((split) => [
      split,
      result.patients[split],
      result.tables[split],
    ]);
    return {
      name: 'cross_fit',
      result,
      text: `${table(['split', 'patients', 'logits'], rows)}\n${result.record}\n`,
    };
  },
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
