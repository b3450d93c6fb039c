import { debianPackages, type Need, stepsFor } from './advice.ts';
import { SetupError } from './errors.ts';
import { PINNED_TORCH } from './pinned.ts';
import type { NativeRecord } from './record.ts';
import type { Engine, Wheel } from './wheels.ts';

export interface Fetchable {
  engine: Engine;
  /** Whether Debian's libtorch, which is for the CPU alone, is as good as the pinned one, better than none, or not what was asked for. */
  apt: 'first' | 'last' | 'never';
  /** None where PyPI has no torch for this machine. */
  wheels: readonly Wheel[];
  /** Whether pip or uv is there. */
  hasClient: () => boolean;
  /** Whether there is a prebuilt engine for it, so that nothing needs to be compiled. */
  isPrebuilt: boolean;
}

/** Everything known about the machine before anything is changed. */
export interface Facts {
  platform: NodeJS.Platform;
  /** Whether apt-get is the system's package manager. */
  debian: boolean;
  /** Whether packages may be installed without asking anybody: root, or sudo without a password. */
  mayInstall: () => boolean;
  missing: readonly Need[];
  fetchable: Fetchable;
  /** The BLAS that the libtorch would get; undefined while there is no libtorch. */
  blas: NativeRecord['blas']['kind'] | undefined;
  /** Promising places that were not taken, with the reason. */
  skipped: readonly string[];
}

export interface Plan {
  /** Debian packages to install first. */
  install: string[];
  /** Wheels to fetch and unpack; empty where libtorch is there or comes with Debian's packages. */
  fetch: readonly Wheel[];
  notices: string[];
}

const TAKE_PINNED = `
Or take the libtorch for which an engine is prebuilt, ${PINNED_TORCH}: radweave setup --libtorch pinned`;

const OTHERS_ARE_BUILT = `
An engine is prebuilt for libtorch ${PINNED_TORCH}; for another one set-up builds it, which needs a C++ compiler, cmake and ninja or make.`;

/**
 * Decides what set-up does, before it does anything.
 *
 * @throws SetupError with the steps for this platform when something is missing that may not be installed.
 */
export function planSetup(facts: Facts): Plan {
  const { missing, debian, platform, fetchable } = facts;
  const slowBlas = facts.blas === 'openblas-pthread' || facts.blas === 'unknown';
  const needsLibtorch = missing.includes('libtorch');
  const plan: Plan = { install: [], fetch: [], notices: [] };
  if (missing.length === 0 && !slowBlas) return plan;

  const mayInstall = debian && facts.mayInstall();
  const canFetch = needsLibtorch && fetchable.wheels.length > 0 && fetchable.hasClient();
  // An engine must be built for Debian's, which takes longer than fetching the one that an engine is prebuilt for.
  const aptIsQuicker = fetchable.apt === 'first' && !fetchable.isPrebuilt;
  const byApt = mayInstall && fetchable.apt !== 'never' && (aptIsQuicker || !canFetch);
  const fetches = canFetch && !byApt;
  // For the libtorch to get, unless it is Debian's.
  const engineIsThere = needsLibtorch && fetchable.isPrebuilt && !byApt;
  const rest = missing.filter((need) => (need === 'libtorch' ? !fetches : !engineIsThere));
  if (fetches) plan.fetch = fetchable.wheels;
  if (mayInstall && (byApt || !rest.includes('libtorch'))) {
    const wantsBlas = slowBlas || rest.includes('libtorch');
    plan.install = [...debianPackages(rest), ...(wantsBlas ? ['libopenblas0-openmp'] : [])];
    return plan;
  }
  if (rest.length > 0) {
    const seen = facts.skipped.map((place) => `\nNot taken: ${place}`).join('');
    const byAdmin = debian && fetchable.apt === 'first';
    const steps = stepsFor(byAdmin ? missing : rest, platform, byAdmin);
    const other = !fetchable.isPrebuilt ? '' : needsLibtorch ? OTHERS_ARE_BUILT : TAKE_PINNED;
    throw new SetupError(`Set-up needs ${rest.join(', ')}; nothing was changed.${seen}\n${steps}${other}`);
  }
  if (slowBlas) {
    const how = debian ? '; an administrator can fix it: sudo apt-get install libopenblas0-openmp' : '';
    plan.notices = [`OpenBLAS's OpenMP build is missing: training will be slower${how}`];
  }
  return plan;
}
