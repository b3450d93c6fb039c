import type { Config, Precision } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import { type StageContext, sayFact, warn } from '@radweave/study/context/events';
import {
  type DeviceKind,
  defaultThreads,
  deviceKind,
  type MemoryFormat,
  openDevice,
  useDeterministicAlgorithms,
} from '@radweave/torch';
import { settledPrecision } from './kept-precision.ts';
import { fastestPrecision, type PrecisionReason, possiblePrecision, thisMachine } from './precision.ts';
import type { Arithmetic } from './under-precision.ts';
import { describedDevice } from './versions.ts';
import type { Workload } from './workload.ts';

/** Where and how networks are computed: decided once per run and passed as this one value. */
export interface Compute extends Arithmetic {
  readonly memoryFormat: MemoryFormat;
}

/** What is asked for of the way of computing; what `auto` turned out to mean is kept in the output folder. */
export interface ComputeSettings extends Pick<Config['training'], 'device' | 'precision' | 'deterministic'> {
  outputDir: string;
  /** Why in this precision, where it is not what the user asked for. */
  why?: Remark;
}

export function computeSettings({ training, experiment }: Config): ComputeSettings {
  const { device, precision, deterministic } = training;
  return { device, precision, deterministic, outputDir: experiment.output_dir };
}

/** {@link ComputeSettings} for running a trained network. */
export interface InferenceSettings extends ComputeSettings {
  /** Slices that go through it at once, as asked. */
  batchSize: number;
}

export function inferenceSettings(config: Config): InferenceSettings {
  return { ...computeSettings(config), batchSize: config.extraction.batch_size };
}

/** {@link Compute} as it was chosen, and why in this precision. */
export interface ChosenCompute extends Compute {
  readonly reason: Remark;
}

/**
 * Settles device, precision and memory format as configured, and says why. What `auto` means is settled once for a network, its
 * purpose and output folder.
 *
 * @param work what is to be computed; measured where `auto` must be decided.
 * @param begun the precision of a run that continues: it stays, wherever the run continues.
 */
export function chooseCompute(
  settings: ComputeSettings,
  work: Workload,
  context: StageContext,
  begun?: Precision,
): ChosenCompute {
  const device = openedDevice(settings);
  const { precision, reason } = choosePrecision(settings, work, device, context, begun);
  const untried = untriedRemark(deviceKind(device));
  if (untried !== null) warn(context, untried);
  sayFact(context, `Computing on ${describedDevice(device)} in ${precision} (${reason.text}).`);
  // Convolutions then need no reordering: 10–20 % faster in float32 too, and twice as fast in bfloat16.
  return { device, precision, memoryFormat: 'channelsLast', reason };
}

/** The device that is asked for, opened and set up for this process. */
export function openedDevice({
  device: asked,
  deterministic,
}: Pick<ComputeSettings, 'device' | 'deterministic'>): string {
  const device = openDevice(asked);
  // On a CPU the same threads give the same bits anyway.
  if (device !== 'cpu') useDeterministicAlgorithms(deterministic);
  return device;
}

/** What to say before anything is computed on a kind of device that Radweave was never tried on; null for others. */
export function untriedRemark({ called, isTried }: DeviceKind): string | null {
  if (isTried) return null;
  return `Radweave is untested on ${called}: compare a short training with one on --device cpu before you use results.`;
}

function choosePrecision(
  { precision: asked, outputDir, why = remark('precision-asked') }: ComputeSettings,
  work: Workload,
  device: string,
  context: StageContext,
  begun: Precision | undefined,
): PrecisionReason {
  const machine = thisMachine(work, context);
  if (device === 'mps') return { precision: 'fp32', reason: remark('precision-mps') };
  if (begun !== undefined) return possiblePrecision(begun, remark('precision-begun'), device, machine);
  if (asked !== 'auto') return possiblePrecision(asked, why, device, machine);
  const settled = settledPrecision(outputDir, work, device, () => fastestPrecision(device, machine));
  // It may have been settled on another device.
  return possiblePrecision(settled.precision, settled.reason, device, machine);
}

/** Slices of one pass on a CPU: more make activations leave its caches (64 were a fifth slower than 16). */
const CPU_PASS = 16;

/** Slices per pass through a trained network: as asked, on a CPU no more than are computed fastest. */
export function inferenceBatch(asked: number, { device }: Pick<Compute, 'device'>): number {
  return device === 'cpu' ? Math.min(asked, Math.max(CPU_PASS, defaultThreads())) : asked;
}
