import type { Dataset } from '../dicom/dataset.ts';
import { DicomFault } from '../dicom/fault.ts';
import { TAG } from '../dicom/tags.ts';
import { secondsOf } from '../series/image.ts';

/** Philips' own factor from counts to SUV. */
const PHILIPS_SUV = 0x70531000;

/**
 * What values of a PET image are multiplied by to be standardised uptake values by body weight.
 *
 * @throws DicomFault that says which element is missing or what is not read.
 */
export function suvFactor(dataset: Dataset): number {
  const units = dataset.text(TAG.units).toUpperCase();
  if (units === 'GML') return 1;
  if (units === 'CNTS') {
    const factor = dataset.decimal(PHILIPS_SUV);
    if (factor !== undefined && factor > 0) return factor;
  }
  if (units !== 'BQML') throw new DicomFault(`no SUV can be computed from units '${units || 'not said'}'`);
  const [agent] = dataset.items(TAG.radiopharmaceutical);
  const weight = needed(dataset.decimal(TAG.weight), "the patient's weight");
  const dose = needed(agent?.decimal(TAG.radionuclideDose), 'the injected dose');
  const halfLife = needed(agent?.decimal(TAG.radionuclideHalfLife), 'the half-life');
  const left = dose * 2 ** (-secondsOfDecay(dataset, agent) / halfLife);
  return (weight * 1000) / left;
}

function needed(value: number | undefined, what: string): number {
  if (value !== undefined && value > 0) return value;
  throw new DicomFault(`no SUV can be computed: ${what} is missing`);
}

/** From the injection to the time that the image's activity is corrected to. */
function secondsOfDecay(dataset: Dataset, agent: Dataset | undefined): number {
  const corrected = dataset.text(TAG.decayCorrection).toUpperCase();
  if (corrected === 'ADMIN') return 0;
  if (corrected !== 'START') {
    throw new DicomFault(`no SUV can be computed: decay correction '${corrected || 'not said'}' is not read`);
  }
  // Some scanners write the time of a reconstruction into the series: the earlier one of both is the scan's.
  const scans = [TAG.seriesTime, TAG.acquisitionTime].flatMap((tag) => secondsOf(dataset.text(tag)) ?? []);
  const given =
    agent?.text(TAG.radiopharmaceuticalStartDateTime).slice(8) || agent?.text(TAG.radiopharmaceuticalStart);
  const injected = secondsOf(given ?? '');
  if (injected === null || scans.length === 0) {
    throw new DicomFault('no SUV can be computed: the time of injection or scan is missing');
  }
  const decay = Math.min(...scans) - injected;
  return decay < 0 ? decay + 86_400 : decay;
}
