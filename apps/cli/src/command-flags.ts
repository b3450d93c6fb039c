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

/** Of those that go by a plan. */
const PLANNED: Readonly<Record<string, readonly ConfigFlag[]>> = {
  work: [
    { flag: 'device', key: 'training.device', description: "device of this worker, if not the plan's" },
    ...usual('output_dir'),
  ],
  status: usual('output_dir'),
};

/** The flags of a command that set configuration keys; undefined for one that reads no configuration. */
export function commandFlags(name: string): readonly ConfigFlag[] | undefined {
  if (name === 'run' || name === 'plan') return RUN;
  if (Object.hasOwn(PLANNED, name)) return PLANNED[name];
  const commands = STAGES.flatMap(({ command }) => (command?.name === name ? [command] : []));
  return commands.length === 0 ? undefined : commands.flatMap(({ configFlags = [] }) => configFlags);
}
