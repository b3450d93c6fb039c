import { debianPackages, type Need, stepsFor } from './advice.ts';
import { SetupError } from './errors.ts';
import type { NativeRecord } from './record.ts';

/** Everything known about the machine before anything is changed. */
export interface Facts {
  platform: NodeJS.Platform;
  /** Whether apt-get is the system's package manager. */
  debian: boolean;
  /** Whether packages may be installed without asking anybody: root, or sudo without a password. */
  mayInstall: () => boolean;
  /** What building needs and is not there. */
  missing: readonly Need[];
  /** The BLAS that the libtorch would get; undefined while there is no libtorch. */
  blas: NativeRecord['blas']['kind'] | undefined;
  /** Promising places that were not taken, with the reason. */
  skipped: readonly string[];
}

export interface Plan {
  /** Debian packages to install first. */
  install: string[];
  notices: string[];
}

/**
 * Decides what set-up does, before it does anything.
 *
 * @throws SetupError with the steps for this platform when something is missing that may not be installed.
 */
export function planSetup(facts: Facts): Plan {
  const { missing, debian, platform } = facts;
  const slowBlas = facts.blas === 'openblas-pthread' || facts.blas === 'unknown';
  const wantsBlas = missing.includes('libtorch') || slowBlas;
  if (missing.length === 0 && !wantsBlas) return { install: [], notices: [] };

  if (debian && facts.mayInstall()) {
    return {
      install: [...debianPackages(missing), ...(wantsBlas ? ['libopenblas0-openmp'] : [])],
      notices: [],
    };
  }
  if (missing.length > 0) {
    const seen = facts.skipped.map((place) => `\nNot taken: ${place}`).join('');
    const steps = stepsFor(missing, platform, debian);
    throw new SetupError(`Set-up needs ${missing.join(', ')}; nothing was changed.${seen}\n${steps}`);
  }
  const how = debian ? '; an administrator can fix it: sudo apt-get install libopenblas0-openmp' : '';
  return { install: [], notices: [`OpenBLAS's OpenMP build is not there: training will be slower${how}`] };
}
