import { cudaDeviceCount, libtorchVersion } from './runtime.ts';

/** A device that cannot be used here: says what is missing and what to do. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly exitCode = 5;
}

/**
 * The device a user asked for: `auto` (a GPU where there is one), `cpu`, `cuda` or `cuda:N`.
 *
 * @returns `cpu` or `cuda:N`.
 * @throws DeviceError when it is not a device name, or that GPU cannot be used. Never falls back silently.
 */
export function resolveDevice(asked: string): string {
  if (asked === 'cpu') return 'cpu';
  const cuda = /^cuda(?::(\d+))?$/.exec(asked);
  if (asked !== 'auto' && cuda === null) {
    throw new DeviceError(`unknown device '${asked}': use auto, cpu, cuda or cuda:N`);
  }
  const count = cudaDeviceCount();
  if (asked === 'auto') return count > 0 ? 'cuda:0' : 'cpu';
  const index = Number(cuda?.[1] ?? 0);
  if (count === 0) {
    throw new DeviceError(
      `device '${asked}' was asked for, but libtorch ${libtorchVersion()} sees no CUDA GPU here. ` +
        'Use --device cpu, or point RADWEAVE_LIBTORCH at a CUDA build of libtorch and run: radweave setup',
    );
  }
  if (index >= count) {
    throw new DeviceError(`device '${asked}' was asked for, but there are only cuda:0 to cuda:${count - 1}`);
  }
  return `cuda:${index}`;
}
