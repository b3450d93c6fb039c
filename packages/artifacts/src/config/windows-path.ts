import { UsageError } from '../errors.ts';
import { refuseAddresses } from '../object-place.ts';
import type { Config } from './types.ts';

/** `D:\data`, `D:/data`, `\\server\share`, also behind a name as in `A=D:\a.pth`. */
const WINDOWS = /^(?:[^=\\/]*=)?(?:[A-Za-z]:[\\/]|\\\\[^\\])/;

/** What YAML makes of `"C:\new\table"`: a line break and a tab. */
const EATEN = /^(?:[^=\\/]*=)?[A-Za-z]:.*[\b\t\n\v\f\r]/;

const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'macOS', linux: 'Linux' };

/** Whether a path is one of Windows, and this is another system. */
export function isForeignPath(path: string, platform: string = process.platform): boolean {
  return platform !== 'win32' && WINDOWS.test(path);
}

/**
 * Refuses a Windows path anywhere else: it would become a folder of that whole name in the working folder. Refuses one that
 * lost its backslashes in double quotes everywhere.
 *
 * @param values What the user gave, by the name to show; lists are looked through, other values than text are not.
 * @throws UsageError naming the first.
 */
export function refuseWindowsPaths(
  values: Readonly<Record<string, unknown>>,
  platform: string = process.platform,
): void {
  for (const [name, value] of Object.entries(values)) {
    const texts = [value].flat().filter((one): one is string => typeof one === 'string');
    const eaten = texts.find((text) => EATEN.test(text));
    if (eaten !== undefined) throw eatenBackslashes(name, eaten);
    const found = texts.find((text) => isForeignPath(text, platform));
    if (found === undefined) continue;
    const system = SYSTEMS[platform] ?? platform;
    throw new UsageError('E_WINDOWS_PATH', `'${found}' is a Windows path, but this computer runs ${system}`, {
      where: name,
      hint: 'Give the place as this system names it, such as /mnt/d/data for D:\\data under WSL',
    });
  }
}

function eatenBackslashes(name: string, path: string): UsageError {
  const shown = JSON.stringify(path).slice(1, -1);
  return new UsageError(
    'E_WINDOWS_PATH',
    `'${shown}' has a line break or a tab, as \\n and \\t become in double quotes`,
    {
      where: name,
      hint: "Write Windows paths in single quotes ('D:\\new'), with double backslashes, or with forward slashes",
    },
  );
}

/** {@link refuseWindowsPaths} and addresses of every key of a configuration. */
export function refuseForeignPlaces(config: Config): void {
  for (const [section, keys] of Object.entries(config)) {
    const named = Object.entries(keys ?? {}).map(([key, value]) => [`${section}.${key}`, value]);
    refuseWindowsPaths(Object.fromEntries(named));
    refuseAddresses(Object.fromEntries(named));
  }
}
