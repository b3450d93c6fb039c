import { STAGES } from '@radweave/pipeline';
import type { Define } from './define.ts';

interface Entry {
  name: string;
  summary: string;
  load: () => Promise<{ define: Define }>;
}

/** The commands of the stages, in their order. */
const OF_STAGES: readonly Entry[] = STAGES.flatMap(({ command }) => {
  if (command?.summary === undefined) return [];
  const { name, summary } = command;
  const load = async () => ({ define: (await import('../stage/stage-command.ts')).stageCommand(name) });
  return [{ name, summary, load }];
});

/** Every command; its code is loaded only when it is the one that runs. */
export const COMMANDS: readonly Entry[] = [
  { name: 'setup', summary: 'find libtorch and build the engine', load: () => import('./setup.ts') },
  {
    name: 'doctor',
    summary: 'show the state of the engine on this machine',
    load: () => import('./doctor.ts'),
  },
  {
    name: 'models',
    summary: 'list models, show what is known of one, download its pretrained weights, export trained ones',
    load: () => import('./models.ts'),
  },
  ...OF_STAGES,
  {
    name: 'run',
    summary: 'all steps in order, skipping what has not changed',
    load: () => import('./run.ts'),
  },
  { name: 'config', summary: 'show every configuration key', load: () => import('./config.ts') },
  { name: 'demo', summary: 'run everything on a synthetic cohort', load: () => import('./demo.ts') },
];
