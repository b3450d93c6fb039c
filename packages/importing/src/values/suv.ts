import type { Dataset } from '../dicom/dataset.ts';
import { TAG, tagName } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import { type Moment, secondsOf } from '../series/image.ts';

/** Philips' own elements: factors from counts to SUV, and to Bq/ml. */
const PHILIPS = 'Philips PET Private Group';
const PHILIPS_GROUP = 0x7053;
const TO_SUV = 0x00;
const TO_ACTIVITY = 0x09;
/** In seconds. */
const DAY = 86_400;
/** Nobody scans later: times that are further apart are wrong. */
const MOST_HALF_LIVES = 10;
/** In Bq; doses of patients are a hundred times this, and some programs write MBq. */
const LEAST_DOSE = 1e5;
/** In kg; some programs write grams. */
const MOST_WEIGHT = 700;
/** Two elements that tell when the agent was injected may be this many seconds apart. */
const SAME_TIME = 60;

/**
 * What values of a PET image are multiplied by to be standardised uptake values by body weight.
 *
 * @param acquired When each image of the series was acquired.
 * @throws FileFault that says which element is missing or what is not read.
 */
export function suvFactor(dataset: Dataset, acquired: readonly Moment[]): number {
  const units = dataset.text(TAG.units).toUpperCase();
  const type = dataset.text(TAG.suvType).toUpperCase();
  if (type !== '' && type !== 'BW') throw noSuv(`the values are SUV of type ${type}, not by body weight`);
  if (units === 'GML') return 1;
  const toSuv = units === 'CNTS' ? philipsFactor(dataset, TO_SUV) : null;
  if (toSuv !== null) return toSuv;
  const toActivity = units === 'CNTS' ? philipsFactor(dataset, TO_ACTIVITY) : 1;
  if (toActivity === null)
    throw noSuv(
      "units 'CNTS' (counts) are not read without the factors of Philips, (7053,xx00) or (7053,xx09)",
    );
  if (units !== 'BQML' && units !== 'CNTS') throw noSuv(`units '${units || 'not said'}' are not read`);
  const [agent] = dataset.items(TAG.radiopharmaceutical);
  const weight = needed(dataset, TAG.weight, "the patient's weight");
  if (weight > MOST_WEIGHT) throw noSuv(`a weight of ${weight} kg is not one of a patient`);
  const dose = needed(agent, TAG.radionuclideDose, 'the injected dose');
  if (dose < LEAST_DOSE) throw noSuv(`a dose of ${dose} Bq is not one of a patient`);
  const halfLife = needed(agent, TAG.radionuclideHalfLife, 'the half-life');
  const left = dose * 2 ** (-secondsOfDecay(dataset, agent, halfLife, acquired) / halfLife);
  return (toActivity * weight * 1000) / left;
}

function philipsFactor(dataset: Dataset, element: number): number | null {
  const tag = dataset.privateTag(PHILIPS, PHILIPS_GROUP, element);
  if (tag === undefined || dataset.text(tag) === '') return null;
  const factor = dataset.decimal(tag);
  // They write 0 for a factor that they do not know.
  return factor === 0 ? null : needed(dataset, tag, `the factor ${tagName(tag)} of Philips`);
}

function noSuv(why: string): FileFault {
  return new FileFault(`no SUV can be computed: ${why} (--pet volume scales each series by itself)`);
}

function needed(dataset: Dataset | undefined, tag: number, what: string): number {
  const value = dataset?.decimal(tag);
  if (value !== undefined && value > 0) return value;
  const text = dataset?.text(tag) ?? '';
  if (text === '') throw noSuv(`${what} is missing`);
  throw noSuv(`${what} is ${value === undefined ? 'no number' : 'not above 0'} (${text})`);
}

/**
 * From the injection to the time that the activity is corrected to: the start of the scan, which is the earliest time of all
 * its images. Times of the series alone may be those of a reconstruction.
 */
function secondsOfDecay(
  dataset: Dataset,
  agent: Dataset | undefined,
  halfLife: number,
  acquired: readonly Moment[],
): number {
  const corrected = dataset.text(TAG.decayCorrection).toUpperCase();
  if (corrected === 'ADMIN') return 0;
  if (corrected !== 'START') {
    throw noSuv(`decay correction '${corrected || 'not said'}' is not read`);
  }
  const injected = injectionOf(dataset, agent, halfLife);
  const series = { date: dataset.text(TAG.seriesDate), time: dataset.text(TAG.seriesTime) };
  const all = [series, ...acquired].flatMap((scan) => secondsBetween(injected, scan, halfLife) ?? []);
  if (all.length === 0) {
    const what = needsDate(halfLife) ? 'date' : 'time';
    throw noSuv(`the ${what} of injection or scan is missing, or is no ${what}`);
  }
  const decay = all.reduce((a, b) => Math.min(a, b));
  if (decay >= 0 && decay <= MOST_HALF_LIVES * halfLife) return decay;
  const hours = (decay / 3600).toFixed(1);
  throw noSuv(`the scan would begin ${hours} h after the injection`);
}

/** A time of the place of the scan: days since 1970, and seconds of the day. */
interface Injection {
  readonly day: number | null;
  readonly seconds: number | null;
}

/** Date and time where they are written, by the clock of the other times. @throws FileFault where the time alone is another one. */
function injectionOf(dataset: Dataset, agent: Dataset | undefined, halfLife: number): Injection {
  const time = agent?.text(TAG.radiopharmaceuticalStart) ?? '';
  const alone = { day: null, seconds: secondsOf(time) };
  const whole = agent?.text(TAG.radiopharmaceuticalStartDateTime) ?? '';
  if (whole.length <= 8) return alone;
  const [own, here] = [offsetIn(whole), offsetIn(dataset.text(TAG.timezone))];
  // Nobody knows what the clock of the scan showed then.
  if (own !== null && here === null) {
    if (time !== '' && !needsDate(halfLife)) return alone;
    throw noSuv(`the time of injection has an offset from UTC (${whole}), and the scan does not say its own`);
  }
  const clock = secondsOf(whole.slice(8));
  const date = dayOf(whole.slice(0, 8));
  if (clock === null) return { day: date, seconds: null };
  const moved = clock + (own === null || here === null ? 0 : here - own);
  const seconds = ((moved % DAY) + DAY) % DAY;
  const apart = alone.seconds === null ? 0 : Math.abs(seconds - alone.seconds);
  if (Math.min(apart, DAY - apart) > SAME_TIME)
    throw noSuv(`two times of injection are told: ${whole} and ${time}`);
  return { day: date === null ? null : date + Math.floor(moved / DAY), seconds };
}

/** The offset from UTC that a time ends with, in seconds. */
function offsetIn(text: string): number | null {
  const [, sign, hours, minutes] = /([+-])(\d{2})(\d{2})$/.exec(text) ?? [];
  if (sign === undefined) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

/** Null where a time is missing. */
function secondsBetween({ day, seconds: from }: Injection, scan: Moment, halfLife: number): number | null {
  const to = secondsOf(scan.time);
  if (from === null || to === null) return null;
  const [fromDay, toDay] = [day, dayOf(scan.date)];
  if (fromDay !== null && toDay !== null) return to - from + (toDay - fromDay) * DAY;
  if (needsDate(halfLife)) return null;
  return to < from ? to - from + DAY : to - from;
}

/** The time of day says nothing of a nuclide that lives for days. */
function needsDate(halfLife: number): boolean {
  return halfLife > DAY / 2;
}

/** Days since 1970; null where it is no date (DA). */
function dayOf(date: string): number | null {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(date) ?? [];
  return year === undefined ? null : Date.UTC(Number(year), Number(month) - 1, Number(day)) / 1000 / DAY;
}
