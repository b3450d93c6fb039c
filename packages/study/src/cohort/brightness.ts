import type { BrightnessRow } from '@radweave/artifacts';
import { PROFILE_BINS, type SliceFacts } from '@radweave/imaging';
import { type Remark, remark } from '@radweave/remarks';
import { quantile } from '@radweave/stats';
import type { FoundSlice } from './found.ts';
import { few } from './oddities.ts';

/** So many of a hospital's slices must be odd before it is said: a few always are. */
const ODD_SHARE = 0.25;
/** 12-bit values fill a sixteenth of 16 bits; of properly scaled slices, at least the brightest hundredth is above this. */
const LOW_RANGE = 1 / 8;
/**
 * Medians of the slices' 99th percentiles relative to the home hospital's. Three hospitals of TCGA-LGG are within 0.9 and
 * 1.2; a factor of 0.4 on their pixels gives at most 0.47.
 */
const DARKER = 0.65;
const BRIGHTER = 1.5;
/** Inverting is only to be seen where a hospital's slices are mostly dark, or mostly bright. */
const DARK = 0.35;
const MIDDLE = 0.5;

class Group {
  readonly hospital: string;
  readonly modality: string;
  readonly histogram = new Float64Array(PROFILE_BINS);
  slices = 0;
  /** Places of slices of one gray value. */
  readonly blank: string[] = [];
  /** 16-bit slices, blank ones aside. */
  wide = 0;
  /** Of slices that are not blank. */
  readonly means: number[] = [];
  readonly highs: number[] = [];
  /** Of 16-bit slices in the lowest part of the range. */
  readonly lows: number[] = [];

  constructor(hospital: string, modality: string) {
    this.hospital = hospital;
    this.modality = modality;
  }

  add({ patient, file }: FoundSlice, { bitDepth, constant, profile }: SliceFacts): void {
    if (profile === undefined) return;
    this.slices++;
    let sampled = 0;
    for (const count of profile.histogram) sampled += count;
    for (let bin = 0; bin < PROFILE_BINS; bin++) {
      this.histogram[bin] = (this.histogram[bin] as number) + (profile.histogram[bin] as number) / sampled;
    }
    if (constant) {
      this.blank.push(`${patient}/${file}`);
      return;
    }
    this.means.push(profile.mean);
    this.highs.push(profile.high);
    if (bitDepth !== 16) return;
    this.wide++;
    if (profile.high < LOW_RANGE) this.lows.push(profile.high);
  }

  get mean(): number {
    return median(this.means);
  }

  get high(): number {
    return median(this.highs);
  }

  /** The means on the other side of middle gray than `mean`. */
  across(mean: number): number[] {
    return this.means.filter((one) => one > MIDDLE !== mean > MIDDLE);
  }
}

/** How bright the slices of each hospital and modality are. */
export class Brightness {
  private readonly groups = new Map<string, Group>();

  add(slice: FoundSlice, facts: SliceFacts): void {
    const { hospital, modality } = slice;
    const key = JSON.stringify([modality, hospital]);
    const group = this.groups.get(key) ?? new Group(hospital, modality);
    this.groups.set(key, group);
    group.add(slice, facts);
  }

  rows(): BrightnessRow[] {
    return [...this.groups.values()].flatMap(({ hospital, modality, slices, histogram }) =>
      Array.from(histogram, (share, bin) => ({
        hospital,
        modality,
        slices,
        from: bin / PROFILE_BINS,
        share: share / slices,
      })),
    );
  }

  /** Hospitals whose slices are blank, in the lowest part of 16 bits, inverted, or much darker or brighter than home's. */
  warnings(homes: readonly string[]): Remark[] {
    const groups = [...this.groups.values()];
    return groups.flatMap((group) => {
      const own = groups.find(
        ({ hospital, modality }) => homes.includes(hospital) && modality === group.modality,
      );
      return warningsOf(group, own ?? group);
    });
  }
}

function warningsOf(group: Group, home: Group): Remark[] {
  const { hospital, modality, slices, blank, wide, lows } = group;
  const found: Remark[] = [];
  if (wide > 0 && lows.length >= ODD_SHARE * wide) {
    const high = median(lows);
    found.push(remark('data-unscaled', { hospital, modality, n: lows.length, total: wide, high }));
  }
  const across = group.across(home.mean);
  const isLopsided = home.mean < DARK || home.mean > 1 - DARK;
  if (isLopsided && across.length > 0 && across.length >= ODD_SHARE * group.means.length) {
    const seen = { hospital, modality, n: across.length, total: slices };
    const unlike = { mean: median(across), home: home.hospital, homeMean: home.mean };
    const inverted =
      group === home ? remark('data-inverted', seen) : remark('data-inverted-unlike', { ...seen, ...unlike });
    found.push(inverted);
  }
  const isExplained = found.length > 0 || blank.length >= ODD_SHARE * slices;
  if (!isExplained && group !== home) found.push(...unlikeHome(group, home));
  // Even one blank slice is told: it is used like any other and shows nothing.
  return blank.length === 0
    ? found
    : [remark('data-blank', { hospital, modality, n: blank.length, total: slices, ...few(blank) }), ...found];
}

function unlikeHome({ hospital, modality, high }: Group, home: Group): Remark[] {
  const ratio = high / home.high;
  if (!(ratio < DARKER || ratio > BRIGHTER)) return [];
  const code = ratio < DARKER ? 'data-darker' : 'data-brighter';
  return [remark(code, { hospital, modality, high, home: home.hospital, homeHigh: home.high })];
}

function median(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : quantile(Float64Array.from(values).sort(), 0.5);
}
