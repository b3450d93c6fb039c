import { readFileSync } from 'node:fs';

/** What the user may ask for. `auto` takes bfloat16 only where the hardware computes it natively. */
export type PrecisionChoice = 'auto' | 'fp32' | 'bf16';
export type Precision = 'fp32' | 'bf16';

/** CPU flags of native bfloat16 arithmetic; without them bfloat16 is slower than float32. */
const NATIVE_BF16 = ['avx512_bf16', 'amx_bf16'];

/** The precision to compute in, and why, for the log. */
export function resolvePrecision(
  choice: PrecisionChoice,
  device: string,
  cpuFlags: ReadonlySet<string> = readCpuFlags(),
): { precision: Precision; reason: string } {
  if (choice !== 'auto') return { precision: choice, reason: 'as asked' };
  if (device !== 'cpu') return { precision: 'bf16', reason: `${device} computes bfloat16 natively` };
  const flag = NATIVE_BF16.find((name) => cpuFlags.has(name));
  return flag === undefined
    ? { precision: 'fp32', reason: 'this CPU is not known to compute bfloat16 natively' }
    : { precision: 'bf16', reason: `this CPU computes bfloat16 natively (${flag})` };
}

function readCpuFlags(): ReadonlySet<string> {
  try {
    const line = /^flags\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    return new Set(line.split(' '));
  } catch {
    return new Set();
  }
}
