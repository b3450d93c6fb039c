import { hashFile } from '@radweave/artifacts';
import type { Dataset } from '../dicom/dataset.ts';
import { openHeader } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { keyedHash } from '../series/image.ts';
import type { MaskSource } from '../series/mask-source.ts';

/** A DICOM SEG or RTSTRUCT, and what it was drawn on. */
export interface MaskFile {
  readonly source: MaskSource & { readonly kind: 'seg' | 'rtstruct' };
  readonly patientId: string;
  /** Names of the series that it refers to. */
  readonly series: readonly string[];
}

const KINDS: Readonly<Record<string, 'seg' | 'rtstruct'>> = {
  '1.2.840.10008.5.1.4.1.1.66.4': 'seg',
  '1.2.840.10008.5.1.4.1.1.66.7': 'seg',
  '1.2.840.10008.5.1.4.1.1.481.3': 'rtstruct',
};

/** Reads what a file says of itself as a mask; null where it is none. @throws FileFault when it cannot be read. */
export function readMaskFile(path: string, key: string): MaskFile | null {
  const { dataset } = openHeader(path);
  const kind = KINDS[dataset.text(TAG.sopClass)];
  if (kind === undefined) return null;
  const patientId = dataset.text(TAG.patientId);
  const named = (study: string, one: Dataset): string =>
    keyedHash(key, [patientId, study, one.text(TAG.seriesUid)]);
  const study = dataset.text(TAG.studyUid);
  const [referenced] = dataset.items(TAG.referencedFrames);
  const series =
    kind === 'seg'
      ? dataset.items(TAG.referencedSeries).map((one) => named(study, one))
      : (referenced?.items(TAG.referencedStudies) ?? []).flatMap((of) =>
          of.items(TAG.referencedSeriesOfStudy).map((one) => named(of.text(TAG.referencedInstance), one)),
        );
  const frameOfReference =
    dataset.text(TAG.frameOfReference) || (referenced?.text(TAG.frameOfReference) ?? '');
  return {
    source: { kind, path, instance: keyedHash(key, [hashFile(path)]), frameOfReference },
    patientId,
    series,
  };
}
