/**
 * Loads the engine in a process of its own, as any user of it does, tries it, and prints what it found as JSON. Set-up
 * and doctor run it: a library that crashes when loaded then ends this process, not theirs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { deviceFault, gpuFacts } from '../gpu.ts';
import { native, nativeCuda } from '../load.ts';
import { mappedBlas } from '../setup/blas.ts';
import { NativeNotBuiltError } from '../setup/errors.ts';
import { mainLibrary, otherLibtorch } from '../setup/libtorch.ts';
import { readNativeRecord } from '../setup/record.ts';
import { tryEngine } from '../setup/trial.ts';
import type { EngineReport, SeenGpu } from '../setup/verify.ts';

// For people who read set-up's or doctor's error: why, without a stack, and without the remedy that these name.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error instanceof NativeNotBuiltError ? error.reason : error.message}\n`);
  process.exit(1);
});

const engine = native();
const { addon, libtorch } = readNativeRecord();
// The linker takes the system's libtorch where the engine was built for that one, whatever lies beside it.
if (!libtorch.version.startsWith(engine.version())) {
  throw new NativeNotBuiltError(
    `${addon} is for libtorch ${engine.version()}, and this is ${libtorch.version}`,
  );
}
tryEngine(engine);
const maps = existsSync('/proc/self/maps') ? readFileSync('/proc/self/maps', 'utf8') : '';
const library = mainLibrary(libtorch.libDirs[0] ?? '', process.platform);
const other = otherLibtorch(maps, library);
if (other !== undefined) {
  throw new NativeNotBuiltError(`${addon} took ${other} as libtorch, and not ${library}`);
}
const report: EngineReport = {
  version: engine.version(),
  threads: engine.numThreads(),
  gpus: Array.from({ length: engine.cudaDevices() }, (_, i) => seen(`cuda:${i}`)),
  mps: engine.hasMps(),
  mapped: mappedBlas(maps),
};
process.stdout.write(`${JSON.stringify(report)}\n`);

function seen(device: string): SeenGpu {
  const cuda = nativeCuda();
  const facts = cuda === null ? null : gpuFacts(cuda, device);
  return { device, facts, fault: deviceFault(engine, device, facts) };
}
