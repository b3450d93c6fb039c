import { type AuditCase, groupBy } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { auditCase, type CheckReport, finding } from './check.ts';
import { type AuditedPixels, pixelGaps, type SeenSlice } from './pixels.ts';

/** Slices of a group that a case names. */
const NAMED = 4;

/** Identical decoded pixels under two patients, however the files were encoded. */
export function checkIdenticalSlices(pixels: AuditedPixels): CheckReport {
  const { slices, constant } = pixels;
  const groups = groupBy(slices, ({ facts }) => facts.contentHash);
  const shared = [...groups.values()].filter(
    (group) => new Set(group.map(({ patient }) => patient)).size > 1,
  );
  const across = shared.filter((group) => new Set(group.map(({ split }) => split)).size > 1);
  const within = shared.filter((group) => !across.includes(group));
  return {
    looked:
      constant === 0
        ? remark('audit-slices', { n: slices.length })
        : remark('audit-slices-compared', { n: slices.length, constant }),
    found: [
      ...finding(
        remark('LEAK_IDENTICAL_SLICES'),
        across.map(asCase),
        'the split files',
        'Find out whose image it is; if both are one patient, use one ID, and run radweave preprocess again',
      ),
      ...finding(
        remark('WARN_IDENTICAL_SLICES'),
        within.map(asCase),
        'the split files',
        'Find out whose image it is: one of these patients may count twice or have a wrong label',
      ),
    ],
    gaps: pixelGaps(pixels),
  };
}

/** One slice of each patient and split first. */
function asCase(group: readonly SeenSlice[]): AuditCase {
  const firsts = new Map<string, SeenSlice>();
  for (const slice of group) {
    const key = JSON.stringify([slice.patient, slice.split]);
    if (!firsts.has(key)) firsts.set(key, slice);
  }
  const texts = Array.from(firsts.values(), ({ patient, split, path }) => `${patient} (${split}): ${path}`);
  const more = texts.length > NAMED ? `; and ${texts.length - NAMED} more` : '';
  return auditCase(
    [...new Set(group.map(({ patient }) => patient))],
    `${texts.slice(0, NAMED).join('; ')}${more}`,
  );
}
