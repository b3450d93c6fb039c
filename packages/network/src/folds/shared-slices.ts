import type { Config, Split } from '@radweave/artifacts';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import type { StageContext } from '@radweave/study/context/events';
import type { CrossFold } from '@radweave/study/folds/plan';
import { decodeSplit, type LoadedSplit, readSliceTable } from '../slices/load.ts';
import type { SlicePixels } from '../slices/slice-pixels.ts';
import type { TrainingSets } from '../training/session-splits.ts';

/** The slices that folds divide. They are decoded once, when the first fold needs them; every fold reads from the same stores. */
export class SharedSlices {
  private readonly data: Config['data'];
  private readonly modality: string;
  private readonly from: readonly Split[];
  private readonly context: StageContext;
  private readonly opened: LoadedSplit[] = [];
  private decoded: { pixels: SlicePixels; places: ReadonlyMap<string, number> } | null = null;

  /** @param from the sets of the splits folder that hold these slices. */
  constructor(data: Config['data'], modality: string, from: readonly Split[], context: StageContext) {
    this.data = data;
    this.modality = modality;
    this.from = from;
    this.context = context;
  }

  setsOf({ sets }: CrossFold): TrainingSets {
    const tables = forEachSplit((split) => new SliceTable(sets[split]));
    const all = async (): Promise<Record<Split, LoadedSplit>> => {
      const { pixels, places } = await this.decode();
      return forEachSplit((split) => {
        const table = tables[split];
        const own = Uint32Array.from(table.rows, ({ path }) => places.get(path) ?? 0);
        return { table, pixels: pixelsAt(pixels, own), close: () => undefined };
      });
    };
    return { tables, decoding: () => ({ all, close: async () => undefined }) };
  }

  close(): void {
    for (const split of this.opened.splice(0)) split.close();
    this.decoded = null;
  }

  private async decode(): Promise<{ pixels: SlicePixels; places: ReadonlyMap<string, number> }> {
    if (this.decoded !== null) return this.decoded;
    const { data, modality, opened } = this;
    for (const split of this.from) {
      const table = readSliceTable(data, split, modality);
      opened.push(await decodeSplit({ data, split, modality, table, context: this.context }));
    }
    const paths = opened.flatMap(({ table }) => table.rows.map(({ path }) => path));
    this.decoded = { pixels: joined(opened), places: new Map(paths.map((path, place) => [path, place])) };
    return this.decoded;
  }
}

/** The slices at `places` as a set of their own. */
function pixelsAt(pixels: SlicePixels, places: Uint32Array): SlicePixels {
  const { width, height, bitDepth } = pixels;
  const read: SlicePixels['read'] = (positions) =>
    pixels.read(Uint32Array.from(positions, (position) => places[position] ?? 0));
  return { width, height, bitDepth, read };
}

/**
 * Several sets one after the other. All of 8 bits are read as such; where one is of 16, the others are widened to the same
 * share of the largest value, v / 255 = 257 v / 65535, as a store does with its images.
 */
export function joined(parts: readonly Pick<LoadedSplit, 'table' | 'pixels'>[]): SlicePixels {
  const { width, height } = parts[0]?.pixels ?? { width: 0, height: 0 };
  const bitDepth = parts.some(({ pixels }) => pixels.bitDepth === 16) ? 16 : 8;
  const size = width * height;
  const read = (positions: ArrayLike<number>): Uint8Array | Uint16Array => {
    const into =
      bitDepth === 8 ? new Uint8Array(positions.length * size) : new Uint16Array(positions.length * size);
    let first = 0;
    for (const { table, pixels } of parts) {
      const here = Array.from(positions, (position, at) => ({ position: position - first, at })).filter(
        ({ position }) => position >= 0 && position < table.length,
      );
      first += table.length;
      if (here.length === 0) continue;
      const raw = pixels.read(here.map(({ position }) => position));
      const values = bitDepth > pixels.bitDepth ? Uint16Array.from(raw, (value) => value * 257) : raw;
      for (const [i, { at }] of here.entries())
        into.set(values.subarray(i * size, (i + 1) * size), at * size);
    }
    return into;
  };
  return { width, height, bitDepth, read };
}
