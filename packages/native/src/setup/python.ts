import { join } from 'node:path';
import { run } from './run.ts';

// The folder is located without importing torch, and never in the current folder, which may hold a `torch` of ours.
const LOCATE = `
import sys
sys.path = [p for p in sys.path if p]
import importlib.util
spec = importlib.util.find_spec("torch")
if spec and spec.submodule_search_locations:
    print(list(spec.submodule_search_locations)[0])
`;

/** The active Python, the likeliest first: of the virtual environment, of conda, on the PATH. */
export function pythons(env: NodeJS.ProcessEnv): string[] {
  const inside = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const conda = process.platform === 'win32' ? ['python.exe'] : inside;
  return [
    ...(env.VIRTUAL_ENV ? [join(env.VIRTUAL_ENV, ...inside)] : []),
    ...(env.CONDA_PREFIX ? [join(env.CONDA_PREFIX, ...conda)] : []),
    ...['python3', 'python', ...(process.platform === 'win32' ? ['py'] : [])],
  ];
}

/** Folder of the active Python's torch, undefined where there is none. */
export function pythonTorch(env: NodeJS.ProcessEnv): string | undefined {
  for (const python of pythons(env)) {
    const asked = run(python, ['-c', LOCATE], { env, timeoutMs: 20_000 });
    const folder = asked.ok ? asked.stdout.trim() : '';
    if (folder !== '') return folder;
  }
  return undefined;
}
