import type { ConfigFlag } from '@radweave/artifacts';
import { STAGES, usual } from '@radweave/pipeline';

/** Of `run`, which is not a stage. */
const RUN: readonly ConfigFlag[] = usual(
  'root_dir',
  'table',
  'table_columns',
  'missing',
  'labels',
  'device',
  'seed',
);

/** The flags of a command that set configuration keys; undefined for one that reads no configuration. */
export function commandFlags(name: string): readonly ConfigFlag[] | undefined {
  if (name === 'run') return RUN;
  const commands = STAGES.flatMap(({ command }) => (command?.name === name ? [command] : []));
  return commands.length === 0 ? undefined : commands.flatMap(({ configFlags = [] }) => configFlags);
}
