import { STAGES } from '@radweave/pipeline';
import type { Define } from './define.ts';

interface Entry {
  name: string;
  summary: string;
  /** What may follow the name: for help. */
  examples: readonly string[];
  load: () => Promise<{ define: Define }>;
}

/** A search is planned by its stage and done by workers. */
const OWN: Readonly<Record<string, Entry['load']>> = { tune: () => import('./tune.ts') };

/** The commands of the stages, in their order. */
const OF_STAGES: readonly Entry[] = STAGES.flatMap(({ command }) => {
  if (command?.summary === undefined) return [];
  const { name, summary } = command;
  const load =
    OWN[name] ?? (async () => ({ define: (await import('./stage-command.ts')).stageCommand(name) }));
  const examples = STAGES.flatMap((stage) => (stage.command?.name === name ? stage.command.examples : []));
  return [{ name, summary, examples, load }];
});

/** Every command under its heading in help; its code is loaded only when it is the one that runs. */
export const COMMANDS: Readonly<Record<string, readonly Entry[]>> = {
  'The whole job': [
    {
      name: 'demo',
      summary: 'run the whole job on a synthetic cohort',
      examples: ['', '--output_dir demo --epochs 3'],
      load: () => import('./demo.ts'),
    },
    {
      name: 'init',
      summary: 'write a commented configuration for your own folder of data',
      examples: ['--root_dir /data/Grade', '--root_dir /data/images --table patients.xlsx'],
      load: () => import('./init.ts'),
    },
    {
      name: 'run',
      summary: 'run all steps in order, skipping what has not changed',
      examples: [
        '--root_dir /data/Grade --set data.home_hospital=JM',
        '--config config/default_config.yaml --cross_fit 5',
      ],
      load: () => import('./run.ts'),
    },
    {
      name: 'plan',
      summary: 'write the whole job as a list of tasks, for workers',
      examples: ['--root_dir /data/Grade --cross_fit 5', '--config config/default_config.yaml'],
      load: () => import('./plan.ts'),
    },
    {
      name: 'work',
      summary: 'do tasks of the plan, beside other workers',
      examples: ['', '--output_dir outputs/feature_extract --device cuda:1'],
      load: () => import('./work.ts'),
    },
    {
      name: 'status',
      summary: 'show which tasks of the plan are done, under way or waiting',
      examples: ['', '--json'],
      load: () => import('./status.ts'),
    },
  ],
  'One step, in the order of a study': OF_STAGES,
  'Set-up and information': [
    {
      name: 'setup',
      summary: 'find or fetch libtorch and make the engine ready',
      examples: ['', '--libtorch pinned', '--download_only libtorch --for linux-x64', '--from libtorch'],
      load: () => import('./setup.ts'),
    },
    {
      name: 'doctor',
      summary: 'check Node.js, libtorch, GPU and engine',
      examples: [''],
      load: () => import('./doctor.ts'),
    },
    {
      name: 'models',
      summary: 'list models, describe one, download its weights, export trained ones',
      examples: [
        'list "resnet*"',
        'info resnet18',
        'fetch resnet18.tv_in1k',
        'export best_model.pth --output model.safetensors',
      ],
      load: () => import('./models.ts'),
    },
    {
      name: 'config',
      summary: 'show every configuration key',
      examples: ['', '--yaml'],
      load: () => import('./config.ts'),
    },
  ],
};
