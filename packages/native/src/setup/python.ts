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

/** Folder of the active Python's torch (`python3` or `python` on the PATH), undefined where there is none. */
export function pythonTorch(): string | undefined {
  for (const python of ['python3', 'python']) {
    const asked = run(python, ['-c', LOCATE], { timeoutMs: 20_000 });
    const folder = asked.ok ? asked.stdout.trim() : '';
    if (folder !== '') return folder;
  }
  return undefined;
}
