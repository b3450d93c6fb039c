import { expect, test } from 'vitest';
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

test('the flag of another command, typed in vain, is said by its key', () => {
  const unknown = (flag: string): string => otherwiseSaid(`error: unknown option '${flag}'`, ['run', flag]);
  expect(unknown('--home-hospital')).toBe('Set it with --set data.home_hospital=…\n');
  expect(unknown('--resize')).toBe('Set it with --set data.resize=true\n');
  expect([unknown('--output_dir'), unknown('--nonsense')]).toEqual(['', '']);
});
