import { DataError, UsageError } from '@radweave/artifacts';
import { isWanted } from '@radweave/importing/cohort/places';
import type { Proposal } from '@radweave/importing/series/propose';
import { counted } from '@radweave/remarks';
import { type Shard, shareOf } from './shard.ts';

/** A share of the series, and the folder that they are written into instead of the data root. */
export interface ImportShare {
  readonly shard: Shard;
  readonly into: string;
}

/** Folders of shares that have written all series. */
export interface ImportedParts {
  readonly parts: readonly string[];
}

/** Shares would give one patient several. */
export function newPatients(n: number, where: string): DataError {
  return new DataError('E_SHARDS', `${counted(n, 'patient')} ${n === 1 ? 'has' : 'have'} no pseudonym yet`, {
    where,
    hint: 'Run the same command with --dry_run instead of --shard first: all shares need one table of pseudonyms',
  });
}

/** @throws UsageError for a share of nothing. */
export function refuseDryShare(dryRun: boolean): void {
  if (!dryRun) return;
  throw new UsageError('E_FLAGS', '--dry_run writes no slice, so there is nothing to share out', {
    hint: 'Leave out --shard, or --dry_run',
  });
}

export function shareOfSeries(proposals: readonly Proposal[], shard: Shard): Proposal[] {
  const wanted = proposals.filter(isWanted);
  return wanted.slice(...shareOf(wanted.length, shard));
}
