import { describedGpu, type GpuFacts } from '../gpu.ts';
import { hasNativeBf16 } from '../setup/cpu.ts';
import type { NativeRecord } from '../setup/record.ts';
import type { EngineReport, SeenGpu } from '../setup/verify.ts';

/** What the CPU and each card have instructions for; what pays, training measures. */
export function precisions(cpuFlags: readonly string[], gpus: readonly SeenGpu[]): string[] {
  const cpu = hasNativeBf16(cpuFlags)
    ? 'bf16 native: training measures whether it is faster'
    : 'bf16 not native: fp32 is faster';
  return [
    `CPU: ${cpu}`,
    ...gpus.flatMap(({ device, facts }) => (facts === null ? [] : `${device}: ${tensorCores(facts)}`)),
  ];
}

function tensorCores({ capability: [major] }: GpuFacts): string {
  if (major >= 8) return 'bf16, fp16 and TF32 native';
  return major === 7 ? 'fp16 native, bf16 and TF32 not' : 'fp32 alone';
}

/** The row on GPUs as a whole: how many there are, and what is missing for them. */
export function cuda(
  { libtorch, cudaAddon }: Pick<NativeRecord, 'libtorch' | 'cudaAddon'>,
  { gpus }: Pick<EngineReport, 'gpus'>,
  env: NodeJS.ProcessEnv,
): string {
  if (libtorch.gpu === null) return 'this libtorch is for the CPU alone';
  const visible = env.CUDA_VISIBLE_DEVICES;
  return [
    `${gpus.length} ${gpus.length === 1 ? 'device' : 'devices'}`,
    ...(visible === undefined ? [] : [`CUDA_VISIBLE_DEVICES is '${visible}'`]),
    ...(libtorch.gpu === 'rocm'
      ? ["ROCm: Radweave is untested on AMD's GPUs, which are named cuda:N too"]
      : []),
    ...(libtorch.gpu === 'cuda' && cudaAddon === null
      ? [
          "built without CUDA's headers: no graphs, no facts of the cards; set CUDA_HOME and run radweave setup",
        ]
      : []),
  ].join('; ');
}

export function gpuRows(
  engine: Pick<EngineReport, 'gpus' | 'mps'> | undefined,
): [what: string, state: string][] {
  const rows = (engine?.gpus ?? []).map((gpu): [string, string] => [`GPU ${gpu.device}`, describedCard(gpu)]);
  const mps = 'there; untested: --device mps uses it, auto does not';
  return engine?.mps ? [...rows, ["Apple's GPU", mps]] : rows;
}

function describedCard({ facts, fault }: SeenGpu): string {
  const works = fault === null ? 'computes' : 'does not work, see below';
  if (facts === null) return works;
  const { gpu, compute_capability, gpu_memory, gpu_driver, cuda: runtime } = describedGpu(facts);
  return `${gpu}, compute capability ${compute_capability}, ${gpu_memory}, driver ${gpu_driver}, CUDA ${runtime}: ${works}`;
}
