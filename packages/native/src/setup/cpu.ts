import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';

const FLAGS = ['avx2', 'avx512f', 'avx512vl', 'avx512_bf16', 'amx_bf16'] as const;

/** CPU features that decide speed and whether bf16 pays; undefined where the platform does not tell. */
export function cpuFlags(cpuinfo: string | undefined = readCpuInfo()): string[] | undefined {
  const line = cpuinfo?.match(/^(flags|Features)\s*:(.*)$/m)?.[2];
  if (line === undefined) return undefined;
  const present = new Set(line.trim().split(/\s+/));
  return FLAGS.filter((flag) => present.has(flag));
}

/** Whether the CPU has instructions for bfloat16; without them libtorch emulates it, slowly and, in some convolutions, with sums in bfloat16. */
export function hasNativeBf16(flags: readonly string[] = cpuFlags() ?? []): boolean {
  return flags.includes('avx512_bf16') || flags.includes('amx_bf16');
}

/**
 * The OpenBLAS kernels for this CPU, by what it can do. OpenBLAS decides by a list of models, and falls back to kernels of
 * 2004 ("Prescott") for those younger than itself: Debian 12's multiplied matrices at a fifth of the speed on an Emerald Rapids.
 *
 * @returns a value for OPENBLAS_CORETYPE; undefined where OpenBLAS should decide.
 */
export function openBlasCore(cpuinfo: string | undefined = readCpuInfo()): string | undefined {
  const flags = cpuFlags(cpuinfo) ?? [];
  if (flags.includes('avx512vl')) return 'SkylakeX';
  if (!flags.includes('avx2')) return undefined;
  return /^vendor_id\s*:\s*GenuineIntel$/m.test(cpuinfo ?? '') ? 'Haswell' : 'Zen';
}

/** What tells microarchitectures apart, on x86 and on ARM. */
const IDENTIFYING = [
  'vendor_id',
  'cpu family',
  'model',
  'model name',
  'CPU implementer',
  'CPU architecture',
  'CPU variant',
  'CPU part',
];

/**
 * Which processor computes, for what was measured on it. Marketing names alone, such as "AMD EPYC", are those of several
 * generations: family, model and instructions are named too, where the platform tells.
 */
export function cpuIdentity(cpuinfo: string | undefined = readCpuInfo()): string {
  const text = cpuinfo ?? '';
  const value = (key: string): string | undefined =>
    new RegExp(`^${key}\\s*:(.*)$`, 'm').exec(text)?.[1]?.trim();
  const parts = IDENTIFYING.flatMap((key) => {
    const found = value(key);
    return found === undefined ? [] : [`${key} ${found}`];
  });
  const flags = value('flags') ?? value('Features');
  if (flags !== undefined) {
    const sorted = flags.split(/\s+/).sort().join(' ');
    parts.push(`instructions ${createHash('sha256').update(sorted).digest('hex').slice(0, 12)}`);
  }
  return parts.length > 0 ? parts.join(', ') : `${arch()}, ${cpus()[0]?.model ?? 'unknown'}`;
}

function readCpuInfo(): string | undefined {
  return existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : undefined;
}
