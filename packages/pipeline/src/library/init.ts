import { dirname, resolve } from 'node:path';
import { commentedConfig, refuseColumnsAlone, UsageError, writeFileAtomic } from '@radweave/artifacts';
import { existsSync, mkdirSync } from '@radweave/artifacts/files';
import * as take from '../declare/taken.ts';
import type { Following } from '../runner/host.ts';
import { bringRoot } from '../work/images.ts';
import type { Draft } from './draft.ts';
import { FOLLOWING } from './runner.ts';

/** The data that a configuration is drafted for. */
export interface InitOptions {
  /** Folder of the hospitals, or `s3://…`. */
  root_dir: string;
  /** Table of the patients, CSV or .xlsx. */
  table?: string;
  /** Columns of the table whose names do not say what they are, such as `label=Diagnosis`. */
  table_columns?: string[];
  /** The commented YAML file to write, which must not be there yet; none is written without. */
  output?: string;
}

const TAKES: take.Takes<InitOptions> = {
  root_dir: take.text,
  table: take.text.exactOptional(),
  table_columns: take.texts.exactOptional(),
  output: take.text.exactOptional(),
};

/**
 * Drafts a configuration for a folder of data, as `radweave init` does it.
 *
 * @throws UsageError when nothing follows the layout (`E_EMPTY_ROOT`) or `output` is there (`E_CONFIG_EXISTS`); DataError for a
 *   table that cannot be read.
 */
export async function init(options: InitOptions, following: Following = {}): Promise<Draft> {
  const {
    root_dir: root,
    table,
    table_columns: columns = [],
    output,
  } = take.takenOptions('init', options, TAKES);
  const { onEvent = () => undefined, signal } = take.takenOptions('init', following, FOLLOWING);
  refuseColumnsAlone(table ?? null, columns);
  await bringRoot(root, { emit: onEvent, shouldStop: () => signal?.aborted === true });
  // Loaded when it is asked for: every command loads this file.
  const { draftConfig } = await import('./draft.ts');
  const draft = draftConfig(root, table === undefined ? null : { path: table, columns });
  if (output === undefined) return draft;
  if (existsSync(output)) {
    throw new UsageError('E_CONFIG_EXISTS', 'the file exists already and is kept', {
      where: resolve(output),
      hint: 'Delete it, or give another name with --output',
    });
  }
  mkdirSync(dirname(resolve(output)), { recursive: true });
  const heading = `Drafted by radweave init from the folders in ${draft.config.data.root_dir}.`;
  writeFileAtomic(output, commentedConfig(draft.config, heading));
  return draft;
}
