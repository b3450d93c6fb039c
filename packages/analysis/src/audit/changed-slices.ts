import { SPLITS, slicesHash, splitPath, toldFile } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { otherRoot, TORN_REMEDY, tornFiles } from '@radweave/study/cohort/split-folder';
import { auditCase, type CheckReport, type Found, finding, NO_PIXELS } from './check.ts';
import { movedFolders } from './moved-folders.ts';
import { type AuditedPixels, pixelGaps } from './pixels.ts';
import type { AuditSubject } from './subject.ts';

/** Slices that are not those which `preprocess` saw: other pixels, another label, another list; folders or a data root of another place. */
export function checkChangedSlices(subject: AuditSubject, pixels: AuditedPixels | null): CheckReport {
  const { config, modalities, summary } = subject;
  const { splits_dir } = config.data;
  const torn = summary === null ? [] : tornFiles(splits_dir, modalities, summary);
  const report =
    pixels === null ? NO_PIXELS : changedPixels(subject, pixels, new Set(torn.map(({ path }) => path)));
  const cases = torn.map(({ path, what }) => auditCase([], `${path}: ${what}`));
  const files = finding(remark('WARN_SPLIT_CHANGED'), cases, splits_dir, TORN_REMEDY);
  return { ...report, found: [...files, ...report.found, ...movedFolders(subject), ...movedRoot(subject)] };
}

/** As `train`, `extract` and `explain` warn. */
function movedRoot({ config: { data } }: AuditSubject): Found[] {
  const other = otherRoot(data);
  if (other === null) return [];
  const places = `${toldFile(other.made)}, not ${toldFile(other.root)}`;
  return finding(remark('WARN_OTHER_ROOT'), [auditCase([], places)], data.splits_dir, other.used);
}

/** @param torn split files whose list is another one, so that nothing can be told of its images. */
function changedPixels(
  { summary, modalities, slices, config }: AuditSubject,
  pixels: AuditedPixels,
  torn: ReadonlySet<string>,
): CheckReport {
  const recorded = summary?.slices ?? {};
  if (!modalities.every((modality) => modality in recorded)) {
    return { looked: null, found: [], gaps: [remark('audit-no-slice-hashes')] };
  }
  // An image that cannot be decoded is a gap: without it no hash can be told.
  if (pixels.faults.length > 0) return { looked: null, found: [], gaps: pixelGaps(pixels) };
  const changed = modalities.flatMap((modality) =>
    SPLITS.flatMap((split) => {
      if (torn.has(splitPath(config.data.splits_dir, split, modality))) return [];
      const own = pixels.seen.filter((slice) => slice.modality === modality && slice.split === split);
      const now = slicesHash(own.map(({ facts, ...slice }) => ({ ...slice, pixels: facts.contentHash })));
      return recorded[modality]?.[split] === now ? [] : [auditCase([], `${split} of ${modality}`)];
    }),
  );
  return {
    looked: remark('audit-slices', { n: slices.length }),
    found: finding(
      remark('WARN_SLICES_CHANGED'),
      changed,
      config.data.splits_dir,
      'Run radweave preprocess again and everything after it, or restore the images',
    ),
    gaps: [],
  };
}
