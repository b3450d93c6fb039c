import type { MeasuredSpeeds, Precision } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import { cpuFlags, cudaDevice, type GpuFacts, hasFloat16, hasNativeBf16, hasWinograd } from '@radweave/torch';
import { cachedSpeeds } from './speed.ts';
import type { Workload } from './workload.ts';

/** A precision may be so much slower than the fastest if it is more exact: two measurements of one thing differ as much. */
const AS_FAST = 1.03;

/** What is known of the machine; measured only when asked for. */
export interface Capabilities {
  cpuFlags: readonly string[];
  hasWinograd: boolean;
  /** Whether float16 can be computed on the CPU at all. */
  hasFloat16: boolean;
  /** What a GPU is; null where it cannot be asked. */
  gpuOf: (device: string) => Pick<GpuFacts, 'name' | 'capability'> | null;
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
    hasFloat16: hasFloat16(),
    gpuOf: (device) => cudaDevice(device)?.properties ?? null,
    speedsOf: (candidates) => cachedSpeeds(work, candidates, context),
  };
}

/**
 * The precision that `auto` means: the fastest of those the device has natively. Having bfloat16 instructions says little: some CPUs
 * run them twice as fast as float32's, others slower, and it depends on the network.
 */
export function fastestPrecision(device: string, machine: Capabilities): PrecisionReason {
  if (device !== 'cpu') return fastestOnGpu(machine.gpuOf(device));
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

/** GPUs from these compute capabilities on have units for bfloat16 and TF32, and for float16. */
const AMPERE = 8;
const VOLTA = 7;

/** Cards of Turing without these units; in float16 cuDNN is known to give NaN on them. */
const WITHOUT_UNITS = /GTX 16\d\d/;

function fastestOnGpu(gpu: ReturnType<Capabilities['gpuOf']>): PrecisionReason {
  if (gpu === null) {
    return {
      precision: 'fp32',
      reason: "this GPU's compute capability cannot be read; run radweave doctor to see what is missing",
    };
  }
  const { name, capability } = gpu;
  const named = `a GPU of compute capability ${capability.join('.')}`;
  if (capability[0] >= AMPERE) return { precision: 'bf16', reason: `${named} computes bfloat16 natively` };
  return capability[0] >= VOLTA && !WITHOUT_UNITS.test(name)
    ? {
        precision: 'fp16',
        reason: `${named} computes float16 natively, bfloat16 not; nobody has tried Radweave on such a card`,
      }
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

/** What was asked for, by the user or by the run that continues, as far as the device has it. */
export function possiblePrecision(
  wanted: Precision,
  why: string,
  device: string,
  machine: Omit<Capabilities, 'speedsOf'>,
): PrecisionReason {
  if (wanted === 'fp16' && device === 'cpu') return float16OnCpu(why, machine);
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
  if (wanted === 'fp32') return { precision: wanted, reason: why };
  if (wanted !== 'fp32-winograd') {
    return onOlderGpu(wanted, why, machine.gpuOf(device)) ?? { precision: wanted, reason: why };
  }
  return winogradHere(why, device, machine);
}

function float16OnCpu(why: string, machine: Pick<Capabilities, 'hasFloat16'>): PrecisionReason {
  return machine.hasFloat16
    ? {
        precision: 'fp16',
        reason: `${why}, but float16 is meant for GPUs: on most CPUs fp32 is faster, and it is more exact`,
      }
    : { precision: 'fp32', reason: `fp16 ${why}, but on a CPU that needs libtorch 2.3 or newer` };
}

function winogradHere(
  why: string,
  device: string,
  machine: Pick<Capabilities, 'hasWinograd'>,
): PrecisionReason {
  if (device !== 'cpu') {
    return { precision: 'fp32', reason: `${why}; on ${device} cuDNN chooses the algorithm by itself` };
  }
  if (machine.hasWinograd) return { precision: 'fp32-winograd', reason: why };
  return {
    precision: 'fp32',
    reason: `fp32-winograd ${why}, but that needs Linux and an x86 CPU with AVX2; results differ by rounding only`,
  };
}

/** What becomes of a shorter type on a GPU without units for it; null on others. */
function onOlderGpu(
  wanted: 'bf16' | 'tf32' | 'fp16',
  why: string,
  gpu: ReturnType<Capabilities['gpuOf']>,
): PrecisionReason | null {
  if (gpu === null || gpu.capability[0] >= (wanted === 'fp16' ? VOLTA : AMPERE)) return null;
  const lacking = `a GPU of compute capability ${gpu.capability.join('.')} has no units for it`;
  if (wanted === 'tf32') return { precision: 'fp32', reason: `tf32 ${why}, but ${lacking}` };
  return { precision: wanted, reason: `${why}, but ${lacking}: fp32 is more exact and may be faster` };
}
