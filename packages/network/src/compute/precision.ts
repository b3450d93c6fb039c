import type { MeasuredSpeeds, Precision } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import { cpuFlags, cudaDevice, hasNativeBf16, hasWinograd } from '@radweave/torch';
import { cachedSpeeds } from './speed.ts';
import type { Workload } from './workload.ts';

/** A precision may be so much slower than the fastest if it is more exact: two measurements of one thing differ as much. */
const AS_FAST = 1.03;

/** What is known of the machine; measured only when asked for. */
export interface Capabilities {
  cpuFlags: readonly string[];
  hasWinograd: boolean;
  /** A GPU's compute capability, such as [9, 0]; null where it cannot be asked. */
  capabilityOf: (device: string) => readonly [major: number, minor: number] | null;
  /** How fast the CPU is in each precision. */
  speedsOf: (candidates: readonly Precision[]) => MeasuredSpeeds;
}

/** A precision, and why, for the log. */
export interface PrecisionReason {
  precision: Precision;
  reason: string;
}

/** This machine, for one piece of work. */
export function thisMachine(work: Workload, context: StageContext): Capabilities {
  return {
    cpuFlags: cpuFlags() ?? [],
    hasWinograd: hasWinograd(),
    capabilityOf: (device) => cudaDevice(device)?.properties.capability ?? null,
    speedsOf: (candidates) => cachedSpeeds(work, candidates, context),
  };
}

/**
 * The precision that `auto` means: the fastest of those the device has natively. Having bfloat16 instructions says little: some CPUs
 * run them twice as fast as float32's, others slower, and it depends on the network.
 */
export function fastestPrecision(device: string, machine: Capabilities): PrecisionReason {
  if (device !== 'cpu') return fastestOnGpu(machine.capabilityOf(device));
  // The most exact first.
  const candidates: Precision[] = [
    'fp32',
    ...(machine.hasWinograd ? (['fp32-winograd'] as const) : []),
    ...(hasNativeBf16(machine.cpuFlags) ? (['bf16'] as const) : []),
  ];
  if (candidates.length === 1) {
    return {
      precision: 'fp32',
      reason: 'this machine has neither native bfloat16 nor Winograd convolutions',
    };
  }
  return fastest(machine.speedsOf(candidates));
}

/** GPUs from this compute capability on (Ampere) have units for bfloat16 and TF32. */
const AMPERE = 8;

function fastestOnGpu(capability: readonly [number, number] | null): PrecisionReason {
  if (capability === null) {
    return {
      precision: 'fp32',
      reason: "this GPU's compute capability cannot be read; run radweave doctor to see what is missing",
    };
  }
  const named = `a GPU of compute capability ${capability.join('.')}`;
  return capability[0] >= AMPERE
    ? { precision: 'bf16', reason: `${named} computes bfloat16 natively` }
    : { precision: 'fp32', reason: `${named} computes neither bfloat16 nor TF32 natively` };
}

/** @param measured the most exact precision first. */
function fastest({ perSecond, slices, measured }: MeasuredSpeeds): PrecisionReason {
  const sorted = [...perSecond].sort((a, b) => b.speed - a.speed);
  const most = sorted[0]?.speed ?? 0;
  const precision = perSecond.find(({ speed }) => speed * AS_FAST >= most)?.precision ?? 'fp32';
  const speeds = sorted.map((one) => `${one.precision} ${one.speed.toPrecision(3)}`).join(', ');
  const why = precision === sorted[0]?.precision ? '' : '; nearly as fast as the fastest, and more exact';
  const when = measured.slice(0, 10);
  return {
    precision,
    reason: `measured here on ${when} in steps of ${slices} slices: ${speeds} slices/s${why}`,
  };
}

/** What was asked for, by the user or by the run that goes on, as far as the device has it. */
export function possiblePrecision(
  wanted: Precision,
  why: string,
  device: string,
  machine: Pick<Capabilities, 'cpuFlags' | 'hasWinograd' | 'capabilityOf'>,
): PrecisionReason {
  if (wanted === 'bf16' && device === 'cpu' && !hasNativeBf16(machine.cpuFlags)) {
    return {
      precision: wanted,
      reason: `${why}, but this CPU has no bfloat16 instructions: fp32 is much faster here and more exact`,
    };
  }
  if (wanted === 'tf32' && device === 'cpu') {
    return {
      precision: 'fp32',
      reason: `tf32 ${why}, but only GPUs have it: a CPU computes in full float32`,
    };
  }
  if ((wanted === 'bf16' || wanted === 'tf32') && device !== 'cpu') {
    return onOlderGpu(wanted, why, machine.capabilityOf(device)) ?? { precision: wanted, reason: why };
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

/** What becomes of bfloat16 and TF32 on a GPU without units for them; null on others. */
function onOlderGpu(
  wanted: 'bf16' | 'tf32',
  why: string,
  capability: readonly [number, number] | null,
): PrecisionReason | null {
  if (capability === null || capability[0] >= AMPERE) return null;
  const lacking = `a GPU of compute capability ${capability.join('.')} has no units for it`;
  if (wanted === 'tf32') return { precision: 'fp32', reason: `tf32 ${why}, but ${lacking}` };
  return { precision: wanted, reason: `${why}, but ${lacking}: fp32 is more exact and may be faster` };
}
