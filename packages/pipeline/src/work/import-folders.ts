import { importFiles, isWithin, privateFiles, realPlace, refuseOther, UsageError } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { ImportOptions } from './import-options.ts';

/** The table that leads back may not lie where the data are passed on, nor slices among pictures, which they would be next time. */
export function requireApart({ kind, root, output, records, secrets }: ImportOptions): void {
  if (kind === 'images' && isWithin(realPlace(root), realPlace(output)))
    throw new UsageError('E_IMPORT', 'slices would lie among the pictures that are imported', {
      where: output,
      hint: 'Give --output a folder that does not hold the pictures',
    });
  for (const folder of [output, records]) {
    if (!isWithin(realPlace(secrets), realPlace(folder))) continue;
    throw new UsageError('E_IMPORT', 'the table of pseudonyms would lie in a folder that is passed on', {
      where: secrets,
      hint: 'Give --private a separate folder, outside --output and --records',
    });
  }
}

/** Before the first import there is nothing of ours that has these names. @throws UsageError. */
export function keepOthersFiles({ records, secrets }: ImportOptions): void {
  const { mapping, sheet, table, patients } = importFiles(records);
  const { uidKey, leftOut } = privateFiles(secrets);
  const refuse = (path: string, flag: string): void =>
    refuseOther(path, flag, 'of an earlier import', () => false);
  if (!existsSync(mapping)) for (const path of [sheet, table, patients]) refuse(path, '--records');
  if (!existsSync(uidKey)) refuse(leftOut, '--private');
}
