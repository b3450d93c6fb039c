import { UsageError } from '@radweave/artifacts';

/** Values of a flag of the form `modality=value`. @throws UsageError for another form. */
export function pairsOf(flag: string, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    values.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError('E_PAIR_FLAG', `'${flag} ${text}' is not of the form modality=value`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
