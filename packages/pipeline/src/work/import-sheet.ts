import { importFiles, writeFileAtomic } from '@radweave/artifacts';
import { countedSeries, standing } from '@radweave/importing/cohort/account';
import type { FoundImages } from '@radweave/importing/cohort/find-images';
import type { Choice } from '@radweave/importing/cohort/masks';
import { contactSheet } from '@radweave/importing/output/contact-sheet';
import type { PixelOptions } from '@radweave/importing/output/options';
import type { Proposal } from '@radweave/importing/series/propose';
import { counted } from '@radweave/remarks';

/** Writes the contact sheet of an import. */
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
  writeFileAtomic(importFiles(records).sheet, contactSheet(proposals, facts, pixels));
}
