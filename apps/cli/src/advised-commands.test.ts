import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandFlags } from './command-flags.ts';
import { build, normaliseFlags } from './main.ts';
import { COMMAND } from './study-commands.ts';

const top = join(import.meta.dirname, '../../..');

const sources = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(join(top, folder)).flatMap((name) => {
    const source = join(top, folder, name, 'src');
    return readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !/\.test\.|testing/.test(file))
      .map((file) => join(source, file));
  }),
);

/** Flags whose values are names and places of the user's, which may hold spaces, where a message puts one in. */
const PUT_IN = /--(?:modality|modalities|run|exp_name|checkpoint|config) \$\{(?<value>[^{}]*)\}/g;

/** Remarks and words of the report are sentences alone: who gives their parameters says what goes into a command. */
const SENTENCES = /(remarks|report)[\\/]src[\\/](en|zh|words)[\\/]/;

test('a value that a message puts into a command is one word of a shell', () => {
  const values = sources
    .filter((file) => !SENTENCES.test(file))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(PUT_IN)].map((match) => match.groups?.value ?? ''),
    );
  expect(values.length).toBeGreaterThan(40);
  expect(values.filter((value) => !value.startsWith('inShell('))).toEqual([]);
});

/** Every command about a study that a message of a file tells people to run, with a word for what the message puts in. */
function advisedIn(file: string): string[] {
  const isOfStudy = (command: string): boolean => (commandFlags(command) ?? []).length > 0;
  const texts = readFileSync(file, 'utf8')
    .split('\n')
    // Neither comments nor what a lock says runs.
    .filter((line) => !/^\s*(\/?\*|\/\/)|\bas: [`']/.test(line))
    .map((line) => line.replace(/\$\{[^{}]*\}/g, 'x').replace(/['"][,;)]*$/, ''));
  return texts.flatMap((text) =>
    [...text.matchAll(COMMAND)].flatMap(([line, command = '']) => (isOfStudy(command) ? [line] : [])),
  );
}

/** What the command line says to a command that is not run; null where it takes it. */
async function refusalOf(line: string): Promise<string | null> {
  const args = line
    .replace(/[.,)'"`]+$/, '')
    .split(' ')
    .slice(1);
  const program = await build(args);
  const command = program.commands.find((one) => one.name() === args[0]);
  if (command === undefined) return `${line}: there is no such command`;
  const quiet = { outputError: () => {}, writeErr: () => {}, writeOut: () => {} };
  for (const one of [program, command]) one.configureOutput(quiet).exitOverride();
  command.action(() => {});
  try {
    await program.parseAsync(normaliseFlags(args), { from: 'user' });
    return null;
  } catch (error) {
    return `${line}: ${(error as Error).message}`;
  }
}

test('every command that a message advises is one that the command line takes as it stands', async () => {
  const advised = new Set(sources.flatMap(advisedIn));
  expect(advised.size).toBeGreaterThan(25);
  expect(await refusalOf('radweave train')).toMatch(/--modality/);
  expect(await refusalOf('radweave fuse --no_such')).toMatch(/no_such/);
  const refused = await Promise.all([...advised].map(refusalOf));
  expect(refused.filter((one) => one !== null)).toEqual([]);
});
