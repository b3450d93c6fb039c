import { UsageError } from '@radweave/artifacts';

/** The label that is meant: a number is one, all else the name of one, in any letter case. @throws UsageError for none of them. */
export function classOf(wanted: string | undefined, names: readonly string[]): number | undefined {
  if (wanted === undefined) return undefined;
  const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase();
  const label = /^\d+$/.test(wanted) ? Number(wanted) : names.map(plain).indexOf(plain(wanted));
  if (label >= 0 && label < names.length) return label;
  const known = names.map((name, i) => `${i} (${name})`);
  throw new UsageError('E_CLASS', `there is no label '${wanted}'`, {
    where: '--class',
    hint: `Give one of ${known.join(', ')}`,
  });
}
