import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Browsers of Chromium's family, as they are called on the search path. */
const COMMANDS: readonly string[] = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'microsoft-edge-stable',
  'msedge',
];

const MAC: readonly string[] = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

/** Below `Program Files` and the user's own programs. */
const WINDOWS: readonly string[] = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

/** Program of an installed browser of Chromium's family; undefined when there is none. */
export function findBrowser(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  return candidates(platform, env).find((path) => existsSync(path));
}

function candidates(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  const ending = platform === 'win32' ? '.exe' : '';
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command + ending)));
  if (platform === 'darwin') return [...onPath, ...MAC];
  if (platform !== 'win32') return onPath;
  const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA];
  const installed = roots.flatMap((root) =>
    root === undefined ? [] : WINDOWS.map((below) => `${root}\\${below}`),
  );
  return [...onPath, ...installed];
}
