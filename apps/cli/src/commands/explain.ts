import { type RandomisationCheck, SPLITS, type Split, UsageError } from '@radweave/artifacts';
import { EXPLAINED } from '@radweave/pipeline';
import { type Command, Option } from 'commander';
import { number } from '../numbers.ts';
import { stageCommand } from '../stage/stage-command.ts';
import { table } from '../table.ts';
import type { Define } from './define.ts';

interface ExplainFlags {
  modality: string;
  checkpoint?: string;
  split: Split;
  patients?: string[];
  count: string;
  slices: string;
  layer?: string;
  class?: string;
}

export const define: Define = stageCommand<'explain', ExplainFlags>({
  stage: 'explain',
  flags: (command: Command) => {
    command
      .requiredOption('--modality <name>', 'modality whose network is explained')
      .option('--checkpoint <file>', '.pth file of train (default: the newest best run of the modality)')
      .addOption(
        new Option('--split <name>', 'set the patients are taken from').choices(SPLITS).default('test'),
      )
      .option('--patients <ids...>', 'explain these patients and no others')
      .option(
        '--count <number>',
        'most and least confident right and wrong patients of each hospital, so many of each',
        String(EXPLAINED.count),
      )
      .option('--slices <number>', 'most slices in a montage, evenly spread', String(EXPLAINED.slices))
      .option('--layer <name>', "where the maps are taken (default: the model's last feature map)")
      .option('--class <label>', 'label to explain (default: 1 of two labels, the predicted one of more)');
  },
  options: ({ config }, own) => ({
    config,
    modality: own.modality,
    checkpoint: own.checkpoint,
    split: own.split,
    patients: own.patients,
    count: whole('--count', own.count, 1),
    slices: whole('--slices', own.slices, 1),
    layer: own.layer,
    explainedClass: own.class === undefined ? undefined : whole('--class', own.class, 0),
  }),
  present: ({ folder, layer, patients, randomisation }) =>
    [
      table(
        ['hospital', 'patient', 'label', 'predicted', 'why', 'file'],
        patients.map((one) => [
          one.hospital,
          one.patient,
          one.label,
          one.predicted,
          one.category.replaceAll('_', ' '),
          one.file,
        ]),
      ),
      table(
        ['random parts', 'rank correlation', 'structural similarity'],
        randomisation.steps.map(({ randomised, spearman, ssim }) => [
          randomised.join(', '),
          number(spearman),
          number(ssim),
        ]),
      ),
      checkText(randomisation),
      `Grad-CAM at ${layer}: ${folder}`,
      '',
    ].join('\n'),
});

/** How alike the maps stay at each step, and the verdict that follows from the last: no more than that was measured. */
function checkText({ steps, limit, passed }: RandomisationCheck): string {
  const each = steps.map(({ randomised, spearman }, i) => {
    const part = i === 0 ? randomised.join(', ') : `and ${randomised.at(-1)}`;
    return `${number(spearman)} (${part})`;
  });
  const verdicts = {
    true: `passed, the last is below ${limit}`,
    false: `FAILED, the last is not below ${limit}: do not read the maps as explanations`,
    null: 'it could not be told, for no slice has maps that vary before and after',
  };
  return (
    'Randomisation check, rank correlation with the maps of the trained network as parts are given random weights: ' +
    `${each.join(', ')}; ${verdicts[`${passed}`]}`
  );
}

function whole(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least) return value;
  throw new UsageError('E_NUMBER', `'${flag} ${text}' is not a whole number of at least ${least}`);
}
