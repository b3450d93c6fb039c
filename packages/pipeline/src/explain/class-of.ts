import { UsageError } from '@radweave/artifacts';
import { offer } from '@radweave/remarks';

/** The label that is meant: a number is one, all else the name of one, in any letter case. @throws UsageError for none of them. */
export function classOf(wanted: string | undefined, names: readonly string[]): number | undefined {
  if (wanted === undefined) return undefined;
  const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase();
  const label = /^\d+$/.test(wanted) ? Number(wanted) : names.map(plain).indexOf(plain(wanted));
  if (label >= 0 && label < names.length) return label;
  throw new UsageError('E_CLASS', `there is no label '${wanted}'`, {
    where: '--class',
    hint: offer(wanted, names, `give a number below ${names.length}`),
  });
}
