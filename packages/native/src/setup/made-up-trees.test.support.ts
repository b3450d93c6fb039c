import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes files (path → content) below a folder. */
export function writeTree(root: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

/** Mangled names as in a libc10 built with the new std::string and with the old one. */
export const NEW_STRING = '\0_ZN3c105ErrorC1ENS_14SourceLocationENSt7__cxx1112basic_stringIcE\0';
export const OLD_STRING = '\0_ZN3c106detail14torchCheckFailEPKcS2_jRKSs\0';

/** The files by which a Linux libtorch is known; `lib` is where its libraries lie below the root. */
export function libtorchTree(
  options: { lib?: string; c10?: string; header?: string } = {},
): Record<string, string> {
  const { lib = 'lib', c10 = NEW_STRING, header = '1.13.0' } = options;
  return {
    'include/ATen/ATen.h': '#error C++14 or later compatible compiler is required to use ATen.',
    'include/c10/core/Device.h': '',
    'include/torch/csrc/api/include/torch/version.h': `#define TORCH_VERSION \\\n  "${header}"\n`,
    [`${lib}/libtorch_cpu.so`]: 'cpu',
    [`${lib}/libtorch.so`]: '',
    [`${lib}/libc10.so`]: c10,
  };
}
