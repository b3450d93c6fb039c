import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pythonJson } from '@radweave/testkit';
import { cpuCapability, libtorchVersion } from '../runtime.ts';
import type { Outcome } from './evaluate.ts';
import { outcomesOf, type RawAnswer, type Request, requestsAsJson } from './exchange.ts';

const SCRIPT = fileURLToPath(new URL('reference.py', import.meta.url));

/**
 * What Python gives for each case and variant, in their order, and whether it runs our libtorch's version.
 * All are evaluated in one process, by the kernels that this one uses.
 */
export function reference(requests: readonly Request[]): { outcomes: Outcome[]; sameVersion: boolean } {
  const answer = pythonJson<RawAnswer>(readFileSync(SCRIPT, 'utf8'), {
    input: requestsAsJson(requests),
    env: { ATEN_CPU_CAPABILITY: cpuCapability().toLowerCase() },
  });
  return {
    outcomes: outcomesOf(answer),
    sameVersion: minor(answer.version) === minor(libtorchVersion()),
  };
}

function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
