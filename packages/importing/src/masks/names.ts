import { FileFault } from '../files/fault.ts';

/**
 * Parts of a mask by a pattern of their names; without one there may be only one.
 *
 * @param what they are, in the plural.
 * @throws FileFault where none is called so, or there are several and nobody said which.
 */
export function chosenNames<T extends { readonly name: string }>(
  all: readonly T[],
  name: string | null,
  what: string,
): T[] {
  const listed = all.map((one) => `'${one.name}'`).join(', ') || 'none';
  if (name === null) {
    if (all.length === 1) return [...all];
    throw new FileFault(`the mask has the ${what} ${listed}: --mask_name says which is the lesion`);
  }
  const found = all.filter((one) => new RegExp(name, 'i').test(one.name));
  if (found.length === 0)
    throw new FileFault(`none of the ${what} of the mask is called '${name}': it has ${listed}`);
  return found;
}
