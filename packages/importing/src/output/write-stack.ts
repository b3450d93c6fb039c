import { join } from 'node:path';
import type { ImportedSlice } from '@radweave/artifacts';
import { writeFileAtomic } from '@radweave/artifacts/atomic';
import { encodePng } from '@radweave/imaging';
import { oddities, type Proposal } from '../series/propose.ts';
import type { PixelOptions } from './options.ts';
import { type Rendered, render } from './render.ts';

/** Whose slices these are, under the name that is written. */
export interface Place {
  readonly hospital: string;
  readonly label: string;
  readonly patient: string;
}

/**
 * Writes the slices of a series into a folder.
 *
 * @param folder as it is called in `import.csv`, relative to the output.
 * @param into where it is written now.
 * @returns the rows of `import.csv`.
 * @throws FileFault as {@link render}.
 */
export function writeStack(
  proposal: Proposal,
  place: Place,
  { folder, into }: { folder: string; into: string },
  options: PixelOptions,
): ImportedSlice[] {
  const rows: ImportedSlice[] = [];
  for (const one of render(proposal.stack, options, proposal.mask)) {
    const file = `${String(rows.length + 1).padStart(4, '0')}.png`;
    writeFileAtomic(join(into, file), encodePng(one.image));
    rows.push(rowOf(one, proposal, place, `${folder}/${file}`));
  }
  return rows;
}

function rowOf(one: Rendered, proposal: Proposal, place: Place, file: string): ImportedSlice {
  const { modality, because, facts, stack } = proposal;
  const { image, frame } = one.slice;
  const [rowSpacing = null, columnSpacing = null] = frame.spacing ?? [];
  const notes = [
    ...oddities(proposal).map(({ text }) => text),
    ...(image.source.kind === 'picture' ? ['no pixel spacing: pixels are taken for squares'] : []),
    ...lesionNotes(one),
    ...(one.fit.isCut ? ['the edges are cut off'] : []),
  ];
  return {
    ...place,
    modality,
    file,
    study: image.study,
    series: stack.id,
    instance: image.instance,
    frame: frame.index + 1,
    description: facts.description,
    because,
    position: rounded(one.at),
    plane: stack.plane,
    distance: rounded(stack.distance),
    thickness: frame.thickness,
    rows: image.rows,
    columns: image.columns,
    row_spacing: rowSpacing,
    column_spacing: columnSpacing,
    transfer_syntax: one.syntax,
    photometric: one.photometric,
    slope: frame.slope,
    intercept: frame.intercept,
    unit: one.unit,
    low: rounded(one.range.low),
    high: rounded(one.range.high),
    how: one.how,
    width: one.fit.width,
    height: one.fit.height,
    notes: notes.join('; '),
  };
}

function lesionNotes({ area, box }: Rendered): string[] {
  return [
    ...(area === null ? [] : [`lesion of ${rounded(area)} mm²`]),
    ...(box === null
      ? []
      : [`cropped to ${box.width}×${box.height} pixels from column ${box.left + 1}, row ${box.top + 1}`]),
  ];
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e4) / 1e4;
}
