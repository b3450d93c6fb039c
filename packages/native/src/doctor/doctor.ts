import { dirname } from 'node:path';
import { libdeflate } from '../inflate.ts';
import { describeBlas } from '../setup/blas.ts';
import { cpuFlags } from '../setup/cpu.ts';
import { SetupError } from '../setup/errors.ts';
import { megabytes, totalBytes } from '../setup/fetch.ts';
import { lookAround, missingTools } from '../setup/machine.ts';
import { namedLibtorch } from '../setup/named.ts';
import { PINNED_TORCH } from '../setup/pinned.ts';
import { planSetup } from '../setup/plan.ts';
import { type NativeRecord, readNativeRecord } from '../setup/record.ts';
import { askAgain, askEngine, type EngineReport } from '../setup/verify.ts';
import { THIS_MACHINE, wheelsFor } from '../setup/wheels.ts';
import { cuda, gpuRows, precisions } from './gpu-rows.ts';
import { problemsOf, surroundings } from './surroundings.ts';

export interface Diagnosis {
  /** Rows for people: what, and its state. */
  rows: [what: string, state: string][];
  /** What is missing, with the remedy; empty on a machine that works. */
  problems: string[];
  /** What is wrong but keeps nothing that was set up from working, with the remedy. */
  warnings: string[];
  record: NativeRecord | undefined;
  engine: EngineReport | undefined;
}

/** Looks at the whole set-up without changing anything. */
export function diagnose(env: NodeJS.ProcessEnv = process.env): Diagnosis {
  const problems: string[] = [];
  const attempt = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const record = attempt(() => readNativeRecord(env));
  const engine =
    record && attempt(() => askAgain(() => askEngine(env), dirname(record.addon), record.libtorch, env));
  const around = surroundings(record, env);
  const flags = cpuFlags();
  const missing = missingTools(env);
  const rows: Diagnosis['rows'] = [
    ...around.map(({ what, state }): [string, string] => [what, state]),
    ['Node.js', `${process.version}, ${process.platform}-${process.arch}`],
    [
      'CPU',
      flags === undefined ? 'features not known' : `${flags.join(' ') || 'none of avx2, avx512, bf16'}`,
    ],
    ['Precision', precisions(flags ?? [], engine?.gpus ?? []).join('; ')],
    [
      'Build tools',
      missing.length > 0 ? `missing: ${missing.join(', ')} (only set-up needs them)` : 'all there',
    ],
    [
      'libtorch',
      record
        ? described(record.libtorch) + newer(record.libtorch)
        : (attempt(() => foreseen(env)) ?? 'none that set-up can use'),
    ],
    ['Engine', record ? record.addon : 'not built'],
    ['BLAS', record && engine ? describeBlas(record.blas, engine.mapped) : '-'],
    ['Reading PNGs', record ? inflater() : '-'],
    ['Threads', engine ? String(engine.threads) : '-'],
    ['CUDA', record && engine ? cuda(record, engine, env) : '-'],
    ...gpuRows(engine),
  ];
  const { problems: needed, warnings } = problemsOf(around, engine !== undefined);
  problems.push(...needed);
  problems.push(...(engine?.gpus ?? []).flatMap(({ fault }) => fault ?? []));
  return { rows, problems, warnings, record, engine };
}

function described({ version, source, root }: NativeRecord['libtorch']): string {
  return `${version} (${source}), ${root}`;
}

/** Debian 12's libtorch is four years older than the one that set-up fetches. */
function newer({ source, version }: NativeRecord['libtorch']): string {
  if (source !== 'system' || Number.parseInt(version, 10) >= 2) return '';
  const bytes = totalBytes(wheelsFor(THIS_MACHINE, 'cpu'));
  return bytes === 0
    ? ''
    : `; ${PINNED_TORCH} may be faster (docs/install.md): radweave setup --libtorch pinned fetches ${megabytes(bytes)}`;
}

/** What set-up would take or install. @throws SetupError as set-up itself, where it could do neither. */
function foreseen(env: NodeJS.ProcessEnv): string {
  const { facts, libtorch } = lookAround(env, { named: namedLibtorch(undefined, env) }, () => false);
  const { install, fetch } = planSetup(facts);
  const notTaken = facts.skipped.map((place) => `; not taken: ${place}`).join('');
  const packages = (install.length > 0 ? `; set-up would install ${install.join(' ')}` : '') + notTaken;
  if (fetch.length > 0) {
    const { engine } = facts.fetchable;
    return `none; set-up would fetch ${PINNED_TORCH} (${engine}), ${megabytes(totalBytes(fetch))}${packages}`;
  }
  return `${libtorch ? `${described(libtorch)}: set-up would take it` : 'none'}${packages}`;
}

function inflater(): string {
  return libdeflate() ? 'libdeflate' : 'zlib, which takes longer (Debian has libdeflate as libdeflate0)';
}
