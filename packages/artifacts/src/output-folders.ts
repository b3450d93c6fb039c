import { join } from 'node:path';
import type { Config } from './config/types.ts';

/** Where fusion results go: `fusion.output_dir`, else `fusion` in the experiment's output folder. */
export function fusionFolder({ fusion, experiment }: Config): string {
  return fusion.output_dir ?? join(experiment.output_dir, 'fusion');
}

/** Where an evaluation goes unless told. */
export function evaluationFolder({ experiment }: Config): string {
  return join(experiment.output_dir, 'evaluation');
}

/** Where harmonised results go; only the report reads this folder, so that they cannot become primary by accident. */
export function harmonizeFolder({ experiment }: Config): string {
  return join(experiment.output_dir, 'harmonize');
}

/** Where an audit goes unless told. */
export function auditFolder({ experiment }: Config): string {
  return join(experiment.output_dir, 'audit');
}
