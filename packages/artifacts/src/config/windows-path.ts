import { UsageError } from '../errors.ts';
import type { Config } from './types.ts';

/** `D:\data`, `D:/data`, `\\server\share`, also behind a name as in `A=D:\a.pth`. */
const WINDOWS = /^(?:[^=\\/]*=)?(?:[A-Za-z]:[\\/]|\\\\[^\\])/;

const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'macOS', linux: 'Linux' };

/** Whether a path is one of Windows, and this is another system. */
export function isForeignPath(path: string, platform: string = process.platform): boolean {
  return platform !== 'win32' && WINDOWS.test(path);
}

/**
 * Refuses a Windows path anywhere else: it would become a folder of that whole name in the working folder.
 *
 * @param values What the user gave, by the name to show; lists are looked through, other values than text are not.
 * @throws UsageError naming the first.
 */
export function refuseWindowsPaths(
  values: Readonly<Record<string, unknown>>,
  platform: string = process.platform,
): void {
  for (const [name, value] of Object.entries(values)) {
    const found = [value]
      .flat()
      .find((one): one is string => typeof one === 'string' && isForeignPath(one, platform));
    if (found === undefined) continue;
    const system = SYSTEMS[platform] ?? platform;
    throw new UsageError('E_WINDOWS_PATH', `'${found}' is a Windows path, but this computer runs ${system}`, {
      where: name,
      hint: 'Give the place as this system names it, such as /mnt/d/data for D:\\data under WSL',
    });
  }
}

/** {@link refuseWindowsPaths} of every key of a configuration. */
export function refuseForeignPlaces(config: Config): void {
  for (const [section, keys] of Object.entries(config)) {
    const named = Object.entries(keys ?? {}).map(([key, value]) => [`${section}.${key}`, value]);
    refuseWindowsPaths(Object.fromEntries(named));
  }
}
