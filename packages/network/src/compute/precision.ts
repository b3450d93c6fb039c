import type { Precision } from '@radweave/artifacts';
import { cpuFlags, hasNativeBf16, hasWinograd } from '@radweave/torch';
import { cachedSpeed } from './speed.ts';

/** Another precision must be this much faster than float32 as libtorch computes it: a smaller gain is not worth the digits. */
const LEAST_GAIN = 1.15;

/** What is known of the machine; measured only when asked for. */
export interface Capabilities {
  cpuFlags: readonly string[];
  hasWinograd: boolean;
  /** How many times as fast as in float32 the CPU is. */
  speedOf: (precision: Precision) => number;
}

/** A precision, and why, for the log. */
export interface PrecisionReason {
  precision: Precision;
  reason: string;
}

export function thisMachine(): Capabilities {
  return { cpuFlags: cpuFlags() ?? [], hasWinograd: hasWinograd(), speedOf: cachedSpeed };
}

/**
 * The precision that `auto` means: the fastest of those the device has natively. Having bfloat16 instructions says little: some CPUs
 * run them twice as fast as float32's, others slower.
 */
export function fastestPrecision(device: string, machine: Capabilities): PrecisionReason {
  if (device !== 'cpu') return { precision: 'bf16', reason: `${device} computes bfloat16 natively` };
  const candidates: [Precision, boolean][] = [
    ['fp32-winograd', machine.hasWinograd],
    ['bf16', hasNativeBf16(machine.cpuFlags)],
  ];
  const measured = candidates
    .filter(([, isThere]) => isThere)
    .map(([precision]) => ({ precision, speed: machine.speedOf(precision) }))
    .sort((a, b) => b.speed - a.speed);
  const [best] = measured;
  if (best === undefined) {
    return {
      precision: 'fp32',
      reason: 'this machine has neither native bfloat16 nor Winograd convolutions',
    };
  }
  const speeds = measured.map(({ precision, speed }) => `${precision} ${speed.toFixed(2)} times as fast`);
  return {
    precision: best.speed >= LEAST_GAIN ? best.precision : 'fp32',
    reason: `against fp32, measured here: ${speeds.join(', ')}`,
  };
}

/** What was asked for, by the user or by the run that goes on, as far as the device has it. */
export function possiblePrecision(
  wanted: Precision,
  why: string,
  device: string,
  machine: Pick<Capabilities, 'cpuFlags' | 'hasWinograd'>,
): PrecisionReason {
  if (wanted === 'bf16' && device === 'cpu' && !hasNativeBf16(machine.cpuFlags)) {
    return {
      precision: wanted,
      reason: `${why}, but this CPU has no bfloat16 instructions: fp32 is much faster here and more exact`,
    };
  }
  if (wanted === 'tf32' && device === 'cpu') {
    return { precision: 'fp32', reason: `tf32 ${why}, but that is a GPU's: a CPU computes float32 whole` };
  }
  if (wanted !== 'fp32-winograd') return { precision: wanted, reason: why };
  if (device !== 'cpu') {
    return { precision: 'fp32', reason: `${why}; on ${device} cuDNN chooses the algorithm by itself` };
  }
  if (machine.hasWinograd) return { precision: wanted, reason: why };
  return {
    precision: 'fp32',
    reason: `fp32-winograd ${why}, but that needs Linux and an x86 CPU with AVX2; results differ by rounding only`,
  };
}
