import { CUDA_BUILDS, type CudaBuild } from '../gpu.ts';

/** Something set-up needs and could not find. */
export type Need = 'libtorch' | 'compiler' | 'cmake' | 'build tool';

/** libdeflate makes reading PNGs faster; it comes along, but nobody need install anything for it alone. */
const DEBIAN_PACKAGES: Record<Need, readonly string[]> = {
  libtorch: ['libtorch-dev', 'libdeflate0'],
  compiler: ['g++'],
  cmake: ['cmake'],
  'build tool': ['ninja-build'],
};

/** Debian's packages for these needs. */
export function debianPackages(needs: readonly Need[]): string[] {
  return needs.flatMap((need) => DEBIAN_PACKAGES[need]);
}

const LINUX_TOOLS = 'Install a C++ compiler (g++ 9 or newer), cmake 3.18 or newer and ninja or make.';
const WINDOWS_TOOLS = `Install the C++ tools and cmake:
  winget install Kitware.CMake
  winget install Microsoft.VisualStudio.2022.BuildTools --override "--wait --passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"`;
const MACOS_TOOLS = `Install the C++ tools and cmake:
  xcode-select --install
  brew install cmake`;

/** How libtorch comes to a machine without internet. */
export const BRING =
  'run radweave setup --download_only DIR where there is internet, and radweave setup --from DIR here';

/** Where pip or uv is there, set-up has fetched libtorch by itself. */
const PIP_OR_FROM = `  pip or uv: install one of them, and set-up fetches libtorch by it, or
  --from: ${BRING}, or`;
const LIBTORCH_ELSEWHERE = `Get libtorch by one of these ways:
${PIP_OR_FROM}
  CPU:  python3 -m pip install torch --index-url https://download.pytorch.org/whl/cpu
  CUDA: the same with, in place of cpu, the first of these that your driver and GPU are for:
${CUDA_BUILDS.map(described).join('\n')}
        (set-up takes the torch of the Python that is active), or
  zip:  https://pytorch.org/get-started/locally/ (LibTorch, C++, CPU or your CUDA; cxx11 ABI), unpack it and set
        RADWEAVE_LIBTORCH to the unpacked folder.`;
const LIBTORCH_MACOS = `Get libtorch (macOS has no CUDA build):
${PIP_OR_FROM}
  python3 -m pip install torch     (set-up takes the torch of the Python that is active), or
  zip: https://pytorch.org/get-started/locally/ (LibTorch, C++), unpack it and set RADWEAVE_LIBTORCH to the folder.`;

function described({ index, driver, oldest, newest }: CudaBuild): string {
  const capabilities = `${oldest.toFixed(1)} to ${newest.toFixed(1)}`;
  return `        ${index}: driver ${driver} or newer, compute capability ${capabilities}`;
}

function numbered(steps: readonly string[]): string {
  return steps.map((step, index) => `${index + 1}. ${step}`).join('\n');
}

/**
 * The exact steps that provide what is missing on this platform.
 *
 * @param debian whether apt-get is the system's package manager.
 */
export function stepsFor(needs: readonly Need[], platform: NodeJS.Platform, debian: boolean): string {
  const again = 'Run: radweave setup   (in a checkout: npm run setup)';
  const libtorch = needs.includes('libtorch');
  const tools = needs.some((need) => need !== 'libtorch');
  if (debian) {
    const packages = debianPackages(needs);
    if (libtorch) packages.push('libopenblas0-openmp');
    const command = `sudo apt-get update && sudo apt-get install ${packages.join(' ')}`;
    const gpu = libtorch
      ? `\n\nWithout an administrator, or for CUDA, as Debian's libtorch is for the CPU:\n${LIBTORCH_ELSEWHERE}`
      : '';
    return numbered([`As an administrator: ${command}`, again]) + gpu;
  }
  const mac = platform === 'darwin';
  const steps: string[] = [];
  if (tools) steps.push(platform === 'win32' ? WINDOWS_TOOLS : mac ? MACOS_TOOLS : LINUX_TOOLS);
  if (libtorch) steps.push(mac ? LIBTORCH_MACOS : forShell(LIBTORCH_ELSEWHERE, platform));
  return numbered([...steps, again]);
}

function forShell(text: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? text.replaceAll('python3 -m', 'py -m') : text;
}
