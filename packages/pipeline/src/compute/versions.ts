import { cpuCapability, getNumThreads, libtorchVersion } from '@radweave/torch';
import { programVersions } from '../versions.ts';

/** What the numbers of a network depend on, for checkpoints and manifests. */
export function engineVersions(): Record<string, string> {
  return {
    ...programVersions(),
    libtorch: libtorchVersion(),
    cpu_capability: cpuCapability(),
    threads: String(getNumThreads()),
  };
}
