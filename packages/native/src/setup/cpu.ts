import { existsSync, readFileSync } from 'node:fs';

const FLAGS = ['avx2', 'avx512f', 'avx512_bf16', 'amx_bf16'] as const;

/** CPU features that decide speed and whether bf16 pays; undefined where the platform does not tell. */
export function cpuFlags(cpuinfo: string | undefined = readCpuInfo()): string[] | undefined {
  const line = cpuinfo?.match(/^(flags|Features)\s*:(.*)$/m)?.[2];
  if (line === undefined) return undefined;
  const present = new Set(line.trim().split(/\s+/));
  return FLAGS.filter((flag) => present.has(flag));
}

function readCpuInfo(): string | undefined {
  return existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : undefined;
}
