import { deviceFault, gpuFacts, gpuMaker, native, nativeCuda } from '@radweave/native';
import { cudaDeviceCount, libtorchVersion } from './runtime.ts';

/** A device that cannot be used here: says what is missing and what to do. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly exitCode = 5;
}

/** A kind of device that networks can be computed on. */
export interface DeviceKind {
  kind: 'cpu' | 'cuda' | 'rocm' | 'mps';
  /** How users call it. */
  called: string;
  /** Whether Radweave has been tried on it. */
  isTried: boolean;
}

const KINDS: readonly DeviceKind[] = [
  { kind: 'cpu', called: 'a CPU', isTried: true },
  { kind: 'cuda', called: "NVIDIA's GPUs", isTried: true },
  { kind: 'rocm', called: "AMD's GPUs", isTried: false },
  { kind: 'mps', called: "Apple's GPU", isTried: false },
];

/** The kind of a device by its name; libtorch calls AMD's GPUs `cuda:N` too. */
export function deviceKind(device: string): DeviceKind {
  const kind = device.startsWith('cuda') ? (gpuMaker() ?? 'cuda') : device;
  const found = KINDS.find((one) => one.kind === kind);
  if (found === undefined) throw new DeviceError(`unknown device '${device}'`);
  return found;
}

/**
 * {@link resolveDevice}, opened: a number has been computed there, which takes a GPU a second the first time.
 *
 * @throws DeviceError also when nothing can be computed there, such as with a libtorch that has no kernels for the card.
 */
export function openDevice(asked: string): string {
  const device = resolveDevice(asked);
  if (device !== 'cpu') requireComputing(device);
  return device;
}

/**
 * The device a user asked for: `auto` (an NVIDIA or AMD GPU where there is one), `cpu`, `cuda`, `cuda:N` or `mps`.
 *
 * @returns `cpu`, `cuda:N` or `mps`.
 * @throws DeviceError when it is not a device name, or there is no such device. Never falls back silently.
 */
export function resolveDevice(asked: string): string {
  if (asked === 'cpu') return 'cpu';
  if (asked === 'mps') return appleGpu();
  const cuda = /^cuda(?::(\d+))?$/.exec(asked);
  if (asked !== 'auto' && cuda === null) {
    throw new DeviceError(`unknown device '${asked}': use auto, cpu, cuda, cuda:N or mps`);
  }
  const count = cudaDeviceCount();
  if (asked === 'auto') return count > 0 ? 'cuda:0' : 'cpu';
  const index = Number(cuda?.[1] ?? 0);
  if (count === 0) {
    throw new DeviceError(
      `device '${asked}' was asked for, but libtorch ${libtorchVersion()} sees no CUDA GPU here${hidden()}. ` +
        `Use --device cpu, or ${wayToGpu(gpuMaker())}`,
    );
  }
  if (index >= count) {
    const last = count === 1 ? 'is only cuda:0' : `are only cuda:0 to cuda:${count - 1}`;
    throw new DeviceError(`device '${asked}' was asked for, but there ${last}${hidden()}`);
  }
  return `cuda:${index}`;
}

/** What a GPU is missing for: libtorch's part, or the driver's. */
export function wayToGpu(maker: ReturnType<typeof gpuMaker>): string {
  if (maker === null) return 'point RADWEAVE_LIBTORCH at a CUDA build of libtorch and run: radweave setup';
  return `see that ${maker === 'cuda' ? 'nvidia-smi' : 'rocminfo'} shows the card: this libtorch is built for it, the driver may be missing`;
}

function appleGpu(): string {
  if (native().hasMps()) return 'mps';
  throw new DeviceError(
    `device 'mps' is Apple's GPU, and libtorch ${libtorchVersion()} sees none here. Use --device cpu`,
  );
}

/** The user's own choice of visible devices may be why one is missing. */
function hidden(): string {
  const visible = process.env.CUDA_VISIBLE_DEVICES;
  return visible === undefined ? '' : ` (CUDA_VISIBLE_DEVICES is '${visible}')`;
}

const computing = new Set<string>();

/** Once for each device: the first number that is computed there opens it. */
function requireComputing(device: string): void {
  if (computing.has(device)) return;
  const cuda = device.startsWith('cuda') ? nativeCuda() : null;
  const fault = deviceFault(native(), device, cuda === null ? null : gpuFacts(cuda, device));
  if (fault !== null) throw new DeviceError(fault);
  computing.add(device);
}
