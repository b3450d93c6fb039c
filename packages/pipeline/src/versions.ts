import { cpuCapability, getNumThreads, libtorchVersion } from '@radweave/torch';

/** Radweave's own version; one place, checked against package.json by a test. */
export const RADWEAVE_VERSION = '0.1.0';

/** What the numbers of a run depend on, for checkpoints and manifests. */
export function engineVersions(): Record<string, string> {
  return {
    radweave: RADWEAVE_VERSION,
    node: process.version,
    libtorch: libtorchVersion(),
    cpu_capability: cpuCapability(),
    threads: String(getNumThreads()),
  };
}
