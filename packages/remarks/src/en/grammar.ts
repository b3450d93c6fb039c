/** `1 patient`, `2 patients`. */
export function counted(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** The verb of so many. */
export function are(n: number): string {
  return n === 1 ? 'is' : 'are';
}

/** `A`, `A and P`, `A, P and V`. */
export function and(names: readonly (string | number)[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `the network of A was`, `the networks of A and P were`. */
export function theNetworks(modalities: readonly string[]): string {
  return `the ${modalities.length === 1 ? 'network' : 'networks'} of ${and(modalities)} ${modalities.length === 1 ? 'was' : 'were'}`;
}

/** The first names, and whether there are more. */
export function few(names: readonly string[], isMore: boolean): string {
  return [...names, ...(isMore ? ['…'] : [])].join(', ');
}

/** The same in quotes, which show a space at the end. */
export function fewQuoted(names: readonly string[], isMore: boolean): string {
  return few(
    names.map((name) => `'${name}'`),
    isMore,
  );
}

/** `'A' and 'P'`. */
export function quoted(names: readonly string[]): string {
  return and(names.map((name) => `'${name}'`));
}
