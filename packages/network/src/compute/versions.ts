import { programVersions } from '@radweave/study/context/versions';
import {
  type CudaDevice,
  cpuCapability,
  cudaDevice,
  describedGpu,
  getNumThreads,
  libtorchVersion,
} from '@radweave/torch';

/** What the numbers of a network that was computed on a device depend on, for checkpoints and manifests. */
export function engineVersions(
  device: string,
  gpu: Pick<CudaDevice, 'properties'> | null = cudaDevice(device),
): Record<string, string> {
  return {
    device,
    ...programVersions(),
    libtorch: libtorchVersion(),
    cpu_capability: cpuCapability(),
    threads: String(getNumThreads()),
    ...(gpu === null ? {} : describedGpu(gpu.properties)),
  };
}

/** A device for the log, with what it is: `cuda:0 (NVIDIA H100, compute capability 9.0, 79.2 GiB)`. */
export function describedDevice(
  device: string,
  gpu: Pick<CudaDevice, 'properties'> | null = cudaDevice(device),
): string {
  if (gpu === null) return device;
  const { gpu: name, compute_capability, gpu_memory } = describedGpu(gpu.properties);
  return `${device} (${name}, compute capability ${compute_capability}, ${gpu_memory})`;
}
