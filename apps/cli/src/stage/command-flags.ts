import type { ConfigFlag } from '@radweave/artifacts';
import { STAGES } from '@radweave/pipeline';

/** Of `run`, which is no stage. */
const RUN: readonly ConfigFlag[] = [
  { flag: 'root_dir', key: 'data.root_dir' },
  { flag: 'device', key: 'training.device' },
  { flag: 'seed', key: 'experiment.seed' },
];

/** The flags of a command that set configuration keys; undefined for one that reads no configuration. */
export function commandFlags(name: string): readonly ConfigFlag[] | undefined {
  if (name === 'run') return RUN;
  const commands = STAGES.flatMap(({ command }) => (command?.name === name ? [command] : []));
  return commands.length === 0 ? undefined : commands.flatMap(({ configFlags = [] }) => configFlags);
}
