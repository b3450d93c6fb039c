import { importFiles, readText, refuseOther, writeFileAtomic } from '@radweave/artifacts';
import { countedSeries, standing } from '@radweave/importing/cohort/account';
import type { FoundImages } from '@radweave/importing/cohort/find-images';
import type { Choice } from '@radweave/importing/cohort/masks';
import { contactSheet, TITLE } from '@radweave/importing/output/contact-sheet';
import type { PixelOptions } from '@radweave/importing/output/options';
import type { Proposal } from '@radweave/importing/series/propose';
import { counted } from '@radweave/remarks';

/** Writes the contact sheet of an import. @throws UsageError where another file has its name. */
export function writeSheet(
  { records, pixels }: { records: string; pixels: PixelOptions },
  { proposals, slices }: Choice,
  { files }: FoundImages,
  reasons: Readonly<Record<string, number>>,
): void {
  const slicesOf = (one: Proposal): number => slices.get(one) ?? one.stack.slices.length;
  const counts = countedSeries(proposals, slicesOf).map(
    (one) =>
      [
        `series ${standing(one.modality)}: ${counted(one.patients, 'patient')}, ${counted(one.slices, 'slice')}`,
        one.series,
      ] as const,
  );
  const facts = {
    counts: [['files', files] as const, ...counts],
    leftOut: Object.entries(reasons),
    chosenOf: (one: Proposal) => slices.get(one),
  };
  const { sheet } = importFiles(records);
  const isOurs = (path: string): boolean => readText(path).includes(`<title>${TITLE}</title>`);
  refuseOther(sheet, '--records', 'a contact sheet of Radweave', isOurs);
  writeFileAtomic(sheet, contactSheet(proposals, facts, pixels));
}
