import { expect, test } from 'vitest';
import { build } from './main.ts';
import { inOwnFlags, otherwiseSaid } from './own-flags.ts';

test.each([
  [
    'run',
    'Choose one with --home_hospital; found: CS',
    'Choose one with --set data.home_hospital=…; found: CS',
  ],
  [
    'run',
    'leave such patients out with --exclude_conflicts',
    'leave such patients out with --set preprocess.exclude_conflicts=true',
  ],
  [
    'run',
    'Use --resize to resize them, or --image_size for another',
    'Use --set data.resize=true to resize them, or --set data.image_size=… for another',
  ],
  ['run', 'Use --precision fp32; or train again', 'Use --set training.precision=fp32; or train again'],
  // What the command has, it is told; `--batch_size` and `--output_dir` set a key of their own in each command.
  ['run', 'Give --root_dir, or use --device cpu', 'Give --root_dir, or use --device cpu'],
  ['run', 'another --output_dir, a smaller --batch_size', 'another --output_dir, a smaller --batch_size'],
  ['preprocess', 'Use --resize, or --exclude_conflicts', 'Use --resize, or --exclude_conflicts'],
  [
    'predict',
    'Use --model FILE, or another --home_hospital',
    'Use --model FILE, or another --set data.home_hospital=…',
  ],
  // Commands in the text have flags of their own.
  [
    'run',
    'Run radweave train --pretrained false first, or use --weights',
    'Run radweave train --pretrained false first, or use --set model.weights=…',
  ],
  ['run', 'radweave models list shows all (--model)', 'radweave models list shows all (--set model.name=…)'],
  ['import', 'Use --home_hospital', 'Use --home_hospital'],
])('%s: %s', (command, text, said) => {
  expect(inOwnFlags(text, [command])).toBe(said);
});

const unknown = async (command: string, flag: string): Promise<string> => {
  const args = [...command.split(' '), flag];
  const text = `Error: unknown option '${flag}'\n`;
  return otherwiseSaid(text, args, await build(args)).slice(text.length);
};

test.each([
  ['run', '--home_hospital', 'data.home_hospital=…'],
  ['run', '--resize', 'data.resize=true'],
  ['run', '--lr', 'training.learning_rate=…'],
  ['train', '--weight_decay', 'training.weight_decay=…'],
  ['train', '--wd', 'training.weight_decay=…'],
  ['evaluate', '--gpu', 'training.device=…'],
  ['run', '--output', 'experiment.output_dir=…'],
  ['run', '--output_dir', 'experiment.output_dir=…'],
  ['run', '--modality', 'data.modalities=…'],
  ['run', '--batch_size', 'training.batch_size=… or extraction.batch_size=…'],
])('%s %s, which it has not, is said by the key', async (command, flag, set) => {
  expect(await unknown(command, flag)).toBe(`Set it with --set ${set}\n`);
});

test.each([
  ['report', '--language', '--lang'],
  ['train', '--lr', '--learning_rate'],
  ['report', '--out', '--output'],
  ['run', '--folds', '--cross_fit'],
  ['train', '--output', '--output_dir'],
  ['train', '--data', '--root_dir'],
  ['train', '--gpu', '--device'],
  ['train', '--workers', '--num_workers'],
  ['train', '--bs', '--batch_size'],
  ['train', '--arch', '--model'],
  ['train', '--name', '--exp_name'],
  ['train', '--random_seed', '--seed'],
  ['predict', '--data', '--input'],
  ['predict', '--out', '--output'],
  ['models export', '--output_dir', '--output'],
  ['models export', '--force', '--overwrite'],
])('%s %s, as others call it, is said by its name', async (command, flag, name) => {
  expect(await unknown(command, flag)).toBe(`(Did you mean ${name}?)\n`);
});

test.each([
  ['run', '--lang', 'report has --lang'],
  ['explain', '--language', 'report has --lang'],
])('%s %s is told with the command that has it', async (command, flag, said) => {
  expect(await unknown(command, flag)).toBe(`(radweave ${said})\n`);
});

test('what nothing is meant by stays as the parser says it', async () => {
  expect(await unknown('run', '--nonsense')).toBe('');
  // Only a search has trials.
  expect(await unknown('evaluate', '--trials')).not.toMatch(/--set/);
  // Without --set.
  expect(await unknown('doctor', '--lr')).toBe('');
  const nearer = "Error: unknown option '--bactch_size'\n(Did you mean --batch_size?)\n";
  expect(otherwiseSaid(nearer, ['train'], await build(['train']))).toBe(nearer);
});
