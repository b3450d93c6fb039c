import type { MeasuredSpeeds, Precision } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import type { StageContext } from '@radweave/study/context/events';
import {
  cpuFlags,
  cudaDevice,
  type GpuFacts,
  hasFloat16,
  hasNativeBf16,
  hasWinograd,
  usesOwnKernels,
} from '@radweave/torch';
import { cachedSpeeds } from './speed.ts';
import type { Workload } from './workload.ts';

/** A precision may be so much slower than the fastest if it is more exact: two measurements of one thing differ as much. */
const AS_FAST = 1.03;

/** What is known of the machine; measured only when asked for. */
export interface Capabilities {
  cpuFlags: readonly string[];
  hasWinograd: boolean;
  /** Without them there are no Winograd convolutions, whatever the CPU. */
  usesOwnKernels: boolean;
  /** Whether float16 can be computed on the CPU at all. */
  hasFloat16: boolean;
  /** What a GPU is; null where it cannot be asked. */
  gpuOf: (device: string) => Pick<GpuFacts, 'name' | 'capability'> | null;
  /** How fast the CPU is in each precision. */
  speedsOf: (candidates: readonly Precision[]) => MeasuredSpeeds;
}

export interface PrecisionReason {
  precision: Precision;
  reason: Remark;
}

/** This machine, for one piece of work. */
export function thisMachine(work: Workload, context: StageContext): Capabilities {
  return {
    cpuFlags: cpuFlags() ?? [],
    hasWinograd: hasWinograd(),
    usesOwnKernels: usesOwnKernels(),
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
    const why = machine.usesOwnKernels ? 'precision-plain-cpu' : 'precision-kernels-off';
    return { precision: 'fp32', reason: remark(why) };
  }
  return fastest(machine.speedsOf(candidates));
}

/** GPUs from these compute capabilities on have units for bfloat16 and TF32, and for float16. */
const AMPERE = 8;
const VOLTA = 7;

/** Cards of Turing without these units; in float16 cuDNN is known to give NaN on them. */
const WITHOUT_UNITS = /GTX 16\d\d/;

function fastestOnGpu(gpu: ReturnType<Capabilities['gpuOf']>): PrecisionReason {
  if (gpu === null) return { precision: 'fp32', reason: remark('precision-gpu-unread') };
  const capability = gpu.capability.join('.');
  if (gpu.capability[0] >= AMPERE) {
    return { precision: 'bf16', reason: remark('precision-gpu-bf16', { capability }) };
  }
  return gpu.capability[0] >= VOLTA && !WITHOUT_UNITS.test(gpu.name)
    ? { precision: 'fp16', reason: remark('precision-gpu-fp16', { capability }) }
    : { precision: 'fp32', reason: remark('precision-gpu-fp32', { capability }) };
}

/** @param measured the most exact precision first. */
function fastest({ perSecond, slices, measured }: MeasuredSpeeds): PrecisionReason {
  const sorted = [...perSecond].sort((a, b) => b.speed - a.speed);
  const most = sorted[0]?.speed ?? 0;
  const precision = perSecond.find(({ speed }) => speed * AS_FAST >= most)?.precision ?? 'fp32';
  const reason = remark('precision-measured', {
    date: measured.slice(0, 10),
    slices,
    speeds: sorted.map((one) => remark('precision-speed', one)),
  });
  if (precision === sorted[0]?.precision) return { precision, reason };
  return { precision, reason: remark('several', { parts: [reason, remark('precision-nearly-fastest')] }) };
}

/** What was asked for, by the user or by the run that continues, as far as the device has it. */
export function possiblePrecision(
  wanted: Precision,
  why: Remark,
  device: string,
  machine: Omit<Capabilities, 'speedsOf'>,
): PrecisionReason {
  if (wanted === 'fp16' && device === 'cpu') return float16OnCpu(why, machine);
  if (wanted === 'bf16' && device === 'cpu' && !hasNativeBf16(machine.cpuFlags)) {
    return { precision: wanted, reason: remark('precision-slow-bf16', { why }) };
  }
  if (wanted === 'tf32' && device === 'cpu') {
    return { precision: 'fp32', reason: remark('precision-cpu-tf32', { why }) };
  }
  if (wanted === 'fp32') return { precision: wanted, reason: why };
  if (wanted !== 'fp32-winograd') {
    return onOlderGpu(wanted, why, machine.gpuOf(device)) ?? { precision: wanted, reason: why };
  }
  return winogradHere(why, device, machine);
}

function float16OnCpu(why: Remark, machine: Pick<Capabilities, 'hasFloat16'>): PrecisionReason {
  return machine.hasFloat16
    ? { precision: 'fp16', reason: remark('precision-cpu-fp16', { why }) }
    : { precision: 'fp32', reason: remark('precision-old-libtorch', { why }) };
}

function winogradHere(
  why: Remark,
  device: string,
  machine: Pick<Capabilities, 'hasWinograd' | 'usesOwnKernels'>,
): PrecisionReason {
  if (device !== 'cpu') {
    return { precision: 'fp32', reason: remark('precision-cudnn', { why, device }) };
  }
  if (machine.hasWinograd) return { precision: 'fp32-winograd', reason: why };
  const lacking = machine.usesOwnKernels ? 'precision-no-winograd' : 'precision-winograd-off';
  return { precision: 'fp32', reason: remark(lacking, { why }) };
}

/** What becomes of a shorter type on a GPU without units for it; null on others. */
function onOlderGpu(
  wanted: 'bf16' | 'tf32' | 'fp16',
  why: Remark,
  gpu: ReturnType<Capabilities['gpuOf']>,
): PrecisionReason | null {
  if (gpu === null || gpu.capability[0] >= (wanted === 'fp16' ? VOLTA : AMPERE)) return null;
  const given = { why, capability: gpu.capability.join('.') };
  return wanted === 'tf32'
    ? { precision: 'fp32', reason: remark('precision-old-tf32', given) }
    : { precision: wanted, reason: remark('precision-old-gpu', given) };
}
