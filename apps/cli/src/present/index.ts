import type { StageName } from '@radweave/pipeline';
import type { Presenter } from './presenter.ts';
import { shardPresenter } from './shards.ts';

/** How results are shown, each loaded when it is; of a stage that is not here, the fields of its result. */
const PRESENTERS: { readonly [S in StageName]?: () => Promise<{ presenter: Presenter<S> }> } = {
  import: () => import('./import.ts'),
  import_shard: async () => ({ presenter: shardPresenter((await import('./import.ts')).presenter) }),
  preprocess: () => import('./preprocess.ts'),
  preprocess_shard: async () => ({ presenter: shardPresenter((await import('./preprocess.ts')).presenter) }),
  train: () => import('./train.ts'),
  cross_validate: () => import('./cross-validate.ts'),
  extract: () => import('./extract.ts'),
  extract_shard: async () => ({ presenter: shardPresenter((await import('./extract.ts')).presenter) }),
  cross_fit: () => import('./cross-fit.ts'),
  align: () => import('./align.ts'),
  fuse: () => import('./fuse.ts'),
  evaluate: () => import('./evaluate.ts'),
  audit: () => import('./audit.ts'),
  share: () => import('./share.ts'),
  harmonize: () => import('./harmonize.ts'),
  predict: () => import('./predict.ts'),
  explain: () => import('./explain.ts'),
  explain_shard: async () => ({ presenter: shardPresenter((await import('./explain.ts')).presenter) }),
  visualize: () => import('./visualize.ts'),
  report: () => import('./report.ts'),
  verify: () => import('./verify.ts'),
  profile: () => import('./profile.ts'),
};

export async function presenterOf(stage: StageName): Promise<Presenter<never>> {
  const found = await PRESENTERS[stage]?.();
  return found?.presenter ?? {};
}

/** Any result: each of its fields on a line. */
export function fieldsText(result: unknown): string {
  const fields = Object.entries(Object(result) as Record<string, unknown>);
  const lines = fields.map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return lines.map((line) => `${line}\n`).join('');
}
