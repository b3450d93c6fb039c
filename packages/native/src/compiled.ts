import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The compiled file of a thread. Node 20 cannot run TypeScript, so that sources (under a test runner) use the build too.
 *
 * @param here `import.meta.url` of the caller.
 * @param file The thread's file as the caller would import it, compiled: `./worker.js`.
 */
export function compiledFile(here: string, file: string): URL {
  const entry = new URL(file, here.endsWith('.ts') ? here.replace(/\/src\/(?!.*\/src\/)/, '/dist/') : here);
  if (!existsSync(entry)) throw new Error(`${fileURLToPath(entry)} is missing: run "npm run build" first`);
  return entry;
}
