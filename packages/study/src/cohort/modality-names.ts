import { UsageError } from '@radweave/artifacts';

/** What models in the results are called, apart from classifiers of one modality: a modality of that name could not be told from them. */
const RESERVED = /^(?:fused|stacked|everyone)$|^(?:only|network) /;

/**
 * Refuses names of modalities that folders or tables of results have for something else.
 *
 * @param isAllowed whether patients may lack modalities, so that there are models of some, as in `A+P`.
 * @throws UsageError for the first of them.
 */
export function requireModalityNames(modalities: readonly string[], isAllowed: boolean): void {
  const isModel = (name: string): boolean => RESERVED.test(name) || (isAllowed && name.includes('+'));
  const reserved = modalities.find((name) => name === 'aligned' || isModel(name));
  if (reserved === undefined) return;
  const what =
    reserved === 'aligned' ? 'aligned tables have that folder' : 'other models in the results are called so';
  throw new UsageError('E_MODALITIES', `a modality cannot be called '${reserved}': ${what}`, {
    where: '--modalities',
    hint: 'Rename the modality folders',
  });
}
