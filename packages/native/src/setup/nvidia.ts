import { CUDA_BUILDS, type CudaBuild, nvidiaModule } from '../gpu.ts';
import { run } from './run.ts';

export interface NvidiaDriver {
  /** Its release, such as 580.65. */
  release: number;
  gpus: { name: string; capability: number | undefined }[];
}

/** What nvidia-smi tells; where it is missing, as in containers, the kernel's module. Undefined without a driver. */
export function nvidiaDriver(env: NodeJS.ProcessEnv, module?: string): NvidiaDriver | undefined {
  const query = ['--query-gpu=driver_version,compute_cap,name', '--format=csv,noheader'];
  const asked = run('nvidia-smi', query, { env, timeoutMs: 20_000 });
  const cards = (asked.ok ? asked.stdout : '').split('\n').flatMap((line) => {
    const [, release, capability, name] =
      /^(\d+\.\d+)[\d.]*, *([\d.]+|\[N\/A\]), *(.+)$/.exec(line.trim()) ?? [];
    if (release === undefined || name === undefined) return [];
    return [{ release: Number(release), name, capability: Number(capability) || undefined }];
  });
  const [first] = cards;
  if (first !== undefined) {
    return { release: first.release, gpus: cards.map(({ name, capability }) => ({ name, capability })) };
  }
  const release = / (\d+\.\d+)[\d.]* /.exec(nvidiaModule(module))?.[1];
  return release === undefined ? undefined : { release: Number(release), gpus: [] };
}

/** The GPUs of a driver, for people. */
export function describedCards({ gpus }: NvidiaDriver): string[] {
  return gpus.map(({ name, capability }) => `${name} (compute capability ${capability ?? 'unknown'})`);
}

/** Which build of PyTorch computes on all of a driver's GPUs, the newest first; undefined where none does. */
export function cudaBuildFor({ release, gpus }: NvidiaDriver): CudaBuild | undefined {
  const capabilities = gpus.flatMap(({ capability }) => capability ?? []);
  return CUDA_BUILDS.find(
    ({ driver, oldest, newest }) =>
      release >= driver && capabilities.every((capability) => oldest <= capability && capability <= newest),
  );
}

/** Why the libtorch that set-up fetches, the newest build, is not for a driver and its GPUs, with what is; undefined where it is. */
export function whyNotPinned(driver: NvidiaDriver): string | undefined {
  const build = cudaBuildFor(driver);
  if (build === CUDA_BUILDS[0]) return undefined;
  const what = `NVIDIA's driver ${[driver.release, ...describedCards(driver)].join(', ')}`;
  if (build !== undefined) {
    return (
      `${what}: the libtorch that set-up fetches is not for it. For the GPU: python3 -m pip install torch ` +
      `--index-url https://download.pytorch.org/whl/${build.index}, then radweave setup`
    );
  }
  return CUDA_BUILDS.some((each) => driver.release >= each.driver)
    ? `${what}: no CUDA build of PyTorch 2.8 and newer is for all of these GPUs: use the CPU`
    : `${what} is too old for every CUDA build of PyTorch 2.8 and newer: update the driver (580 or newer), or use the CPU`;
}
