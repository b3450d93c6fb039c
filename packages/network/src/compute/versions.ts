import { programVersions } from '@radweave/study/context/versions';
import { cpuCapability, getNumThreads, libtorchVersion } from '@radweave/torch';

/** What the numbers of a network depend on, for checkpoints and manifests. */
export function engineVersions(): Record<string, string> {
  return {
    ...programVersions(),
    libtorch: libtorchVersion(),
    cpu_capability: cpuCapability(),
    threads: String(getNumThreads()),
  };
}
