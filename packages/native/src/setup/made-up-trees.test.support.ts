import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { fileStamp, mainLibrary } from './libtorch.ts';
import { type NativeRecord, recordPath } from './record.ts';

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

/** A cache with a record as set-up writes it; its engine and libtorch, made up, lie in the same folder. */
export function madeUpBuild(): { env: { RADWEAVE_CACHE: string }; folder: string; record: NativeRecord } {
  const folder = realpathSync(tempDir());
  const env = { RADWEAVE_CACHE: folder };
  const library = mainLibrary(join(folder, 'lib'), process.platform);
  writeTree('', { [library]: 'cpu', [join(folder, 'boot.node')]: '', [join(folder, 'radweave.node')]: '' });
  const record: NativeRecord = {
    addon: join(folder, 'radweave.node'),
    boot: join(folder, 'boot.node'),
    cudaAddon: null,
    distributedAddon: null,
    libtorch: {
      root: folder,
      version: '2.0.0',
      source: 'system',
      libDirs: [join(folder, 'lib')],
      gpu: null,
      stamp: fileStamp(library),
    },
    blas: { kind: 'bundled', preload: [] },
  };
  for (const root of [undefined, folder]) writeTree('', { [recordPath(env, root)]: JSON.stringify(record) });
  return { env, folder, record };
}

/**
 * A wheel as bytes: files stored without compression, and their list.
 *
 * @param listed what the list says where a file's real content differs.
 */
export function madeUpWheel(
  files: Record<string, string>,
  { name = 'torch-9.9.0', listed = {} }: { name?: string; listed?: Record<string, string> } = {},
): Buffer {
  const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
  const rows = Object.entries(files).map(
    ([path, text]) => `${path},sha256=${hash(listed[path] ?? text)},${text.length}\n`,
  );
  const all = { ...files, [`${name}.dist-info/RECORD`]: rows.join('') };
  const [bodies, entries]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [path, text] of Object.entries(all)) {
    const [local, entry] = [Buffer.alloc(30), Buffer.alloc(46)];
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(path.length, 26);
    entry.writeUInt32LE(0x02014b50, 0);
    for (const at of [20, 24]) entry.writeUInt32LE(text.length, at);
    entry.writeUInt16LE(path.length, 28);
    entry.writeUInt32LE(offset, 42);
    bodies.push(local, Buffer.from(path + text));
    entries.push(entry, Buffer.from(path));
    offset += 30 + path.length + text.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(all).length, 10);
  end.writeUInt32LE(Buffer.concat(entries).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...entries, end]);
}
