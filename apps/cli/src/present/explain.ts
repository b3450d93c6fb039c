import { MAP_NAMES, type RandomisationCheck, shownLabel } from '@radweave/artifacts';
import { number } from '../numbers.ts';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'explain'> = {
  text: ({ folder, labelNames, method, layer, patients, randomisation }) =>
    [
      table(
        ['hospital', 'patient', 'label', 'predicted', 'why', 'file'],
        patients.map((one) => [
          one.hospital,
          one.patient,
          shownLabel(labelNames, one.label),
          shownLabel(labelNames, one.predicted),
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
      `${MAP_NAMES[method]} at ${layer}: ${folder}`,
      '',
    ].join('\n'),
};

/** How alike the maps stay at each step, and the verdict that follows from the last: no more than that was measured. */
function checkText({ steps, limit, passed }: RandomisationCheck): string {
  const each = steps.map(({ randomised, spearman }, i) => {
    const part = i === 0 ? randomised.join(', ') : `and ${randomised.at(-1)}`;
    return `${number(spearman)} (${part})`;
  });
  const verdicts = {
    true: `passed, the last is below ${limit}`,
    false: `FAILED, the last is not below ${limit}: do not read the maps as explanations`,
    null: 'not possible: no slice has maps that vary both before and after',
  };
  return (
    'Randomisation check: rank correlation with the maps of the trained network as layers get random weights: ' +
    `${each.join(', ')}; ${verdicts[`${passed}`]}`
  );
}
