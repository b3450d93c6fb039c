import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addFlags } from './add-flags.ts';

test('a word that a flag does not take is answered with the nearest that it takes', () => {
  const parsed = (word: string): Record<string, unknown> => {
    const command = new Command('report').exitOverride().configureOutput({ writeErr: () => undefined });
    const choices = ['refuse', 'gray'];
    addFlags(command, 'report', {
      colour: { syntax: '<what>', description: 'colour', kind: 'optional', choices, default: 'refuse' },
    });
    return command.parse(['node', 'report', '--colour', word]).opts();
  };
  expect(parsed('gray').colour).toBe('gray');
  expect(() => parsed('Grey')).toThrow(/'--colour <what>' argument 'Grey' is invalid. Did you mean 'gray'\?/);
  expect(() => parsed('keep')).toThrow(/Give one of/);
});
