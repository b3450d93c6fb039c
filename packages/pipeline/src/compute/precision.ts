import { cpuFlags } from '@radweave/torch';
import { cachedBf16Speed } from './bf16_speed.ts';

/** What the user may ask for. `auto` takes bfloat16 only where the hardware computes it natively and faster. */
export type PrecisionChoice = 'auto' | 'fp32' | 'bf16';
export type Precision = 'fp32' | 'bf16';

/** CPU flags of native bfloat16 arithmetic; without them bfloat16 is slower than float32. */
const NATIVE_BF16 = ['avx512_bf16', 'amx_bf16'];

/** bfloat16 must be this much faster: a gain that is smaller is not worth the digits. */
const LEAST_GAIN = 1.15;

/**
 * The precision to compute in, and why, for the log.
 *
 * @param speedOfBf16 gives how many times faster than in float32 this CPU is in bfloat16. Having the instructions says
 *   little: some CPUs run them twice as fast as float32's, others slower.
 */
export function resolvePrecision(
  choice: PrecisionChoice,
  device: string,
  flags: readonly string[] = cpuFlags() ?? [],
  speedOfBf16: () => number = cachedBf16Speed,
): { precision: Precision; reason: string } {
  if (choice !== 'auto') return { precision: choice, reason: 'as asked' };
  if (device !== 'cpu') return { precision: 'bf16', reason: `${device} computes bfloat16 natively` };
  const flag = NATIVE_BF16.find((name) => flags.includes(name));
  if (flag === undefined) {
    return { precision: 'fp32', reason: 'this CPU is not known to compute bfloat16 natively' };
  }
  const speed = speedOfBf16();
  const measured = `${speed.toFixed(2)} times as fast as float32, measured`;
  return speed >= LEAST_GAIN
    ? { precision: 'bf16', reason: `this CPU computes bfloat16 natively (${flag}), ${measured}` }
    : { precision: 'fp32', reason: `this CPU has ${flag}, but bfloat16 is only ${measured}` };
}
