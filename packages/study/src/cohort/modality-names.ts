import { UsageError } from '@radweave/artifacts';

/** Names of models of several modalities or kinds of patients; a modality of that name could not be told from them. */
const RESERVED = /^(?:fused|stacked)$/;
const RESERVED_WITH_LACKING = /^(?:fused|stacked|everyone)$|^only |\+/;

/**
 * Refuses names of modalities that folders or tables of results have for something else.
 *
 * @param isAllowed whether patients may lack modalities, so that there are models of some.
 * @throws UsageError for the first of them.
 */
export function requireModalityNames(modalities: readonly string[], isAllowed: boolean): void {
  const pattern = isAllowed ? RESERVED_WITH_LACKING : RESERVED;
  const reserved = modalities.find((name) => name === 'aligned' || pattern.test(name));
  if (reserved === undefined) return;
  const what =
    reserved === 'aligned'
      ? 'aligned tables have that folder'
      : `models of ${isAllowed ? 'several' : 'all'} modalities together are called so`;
  throw new UsageError('E_MODALITIES', `a modality cannot be called '${reserved}': ${what}`, {
    where: '--modalities',
    hint: 'Rename the modality folders',
  });
}
