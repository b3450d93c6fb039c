import { type ConfigKeyPath, canonicalFlag, inShell } from '@radweave/artifacts';
import { STAGES } from '@radweave/pipeline';
import { commandFlags } from './command-flags.ts';
import { type Start, shortProgram } from './continue-command.ts';
import { flagsOfSplit, type Settings } from './split-flags.ts';

/** Keys that say which study it is: every command about it needs them. */
const STUDY: readonly ConfigKeyPath[] = [
  'data.root_dir',
  'data.splits_dir',
  'data.features_dir',
  'data.modalities',
  'data.table',
  'data.table_columns',
  'data.labels',
  'data.missing',
  'data.home_hospital',
  'fusion.output_dir',
  'experiment.output_dir',
  'experiment.seed',
];

/** Of these the places. */
const PLACES: readonly ConfigKeyPath[] = [
  'data.splits_dir',
  'data.features_dir',
  'fusion.output_dir',
  'experiment.output_dir',
];

/** Whether a command goes to a place that it has no flag for: all of them to the results, but preprocess; to others whole jobs only. */
function goesTo(command: string, key: ConfigKeyPath): boolean {
  if (command === 'run' || command === 'plan') return PLACES.includes(key);
  return key === 'experiment.output_dir' && command !== 'preprocess';
}

/** A command in a sentence: what asks for it comes before, its flags follow. One that another process runs since then is none. */
export const COMMAND: RegExp =
  /(?<=(?:\b[Rr]un|\b[Aa]fter|[:：;,`(]|\bthen|\bwith|\bor) ?`?)radweave (?![^;(]*, since \d)(?<command>[a-z]+)(?<flags>(?: --[a-z_]+(?: (?:'[^']*'|"[^"]*"|(?!--|or\b|then\b|again\b)[^\s;`]+))*)*)/g;

/**
 * Completes the commands that a message tells people to run, so that they are about the same study as the command they
 * typed: with its configuration file, its `--set`, and its places, by the flags that the other command has for them. `preprocess`
 * makes the split that is there again as it was made, unless the command that was typed was to make one.
 *
 * @param args What the user typed after the program's name.
 * @param settings Those of the command, once they are read.
 */
export function completeCommands(
  text: string,
  args: readonly string[],
  start: Start,
  settings?: Settings,
): string {
  return text.replace(COMMAND, (whole, command: string, flags: string) => {
    // One without a flag for the configuration, such as import, is about no study.
    if (!commandFlags(command)?.length) return whole;
    // A sentence may end right after the command.
    const [said = '', end = ''] = /^(.*?)([.,)]*)$/.exec(flags)?.slice(1) ?? [];
    const named = new Set(flagsOf(args).map(({ flag }) => flag));
    // What the sentence leaves open, the user may have said.
    const typed = said.replace(/ --([a-z_]+) …(?= --|$)/g, (open, flag: string) =>
      named.has(flag) ? '' : open,
    );
    const more = inShell(studyFlags(command, typed, args, settings), start.platform);
    return `${shortProgram(start)} ${command}${typed}${more === '' ? '' : ` ${more}`}${end}`;
  });
}

/** The flags that a command needs beside those it has in the sentence. */
function studyFlags(command: string, typed: string, args: readonly string[], settings?: Settings): string[] {
  const own = args.find((arg) => commandFlags(arg) !== undefined) ?? '';
  const hasFlag = (flag: string): boolean => typed.split(' ').includes(`--${flag}`);
  // A file that this program has written holds all settings.
  if (hasFlag('config')) return [];
  const usesSplit = command === 'preprocess' && STAGES.some((stage) => stage.command?.name === own);
  const again = usesSplit && own !== command && settings !== undefined ? flagsOfSplit(settings) : null;
  if (again !== null) {
    const file = flagsOf(args).filter(({ flag }) => flag === 'config');
    return [...file, ...again.filter(({ flag }) => !hasFlag(flag))].flatMap(wordsOf);
  }
  return flagsOf(args).flatMap(({ flag, values }) => {
    if (flag === 'config') return [`--config`, ...values];
    if (flag === 'set') return values.length === 0 ? [] : ['--set', ...values];
    const key = commandFlags(own)?.find((one) => one.flag === flag)?.key;
    if (key === undefined || (command !== own && !STUDY.includes(key))) return [];
    const there = commandFlags(command)?.find((one) => one.key === key);
    if (there !== undefined) return hasFlag(there.flag) ? [] : [`--${there.flag}`, ...values];
    return goesTo(command, key) ? ['--set', `${key}=${values.join(',')}`] : [];
  });
}

interface Flag {
  flag: string;
  values: string[];
}

const wordsOf = ({ flag, values }: Flag): string[] => [`--${flag}`, ...values];

function flagsOf(args: readonly string[]): Flag[] {
  const flags: Flag[] = [];
  for (const arg of args) {
    if (!arg.startsWith('--')) {
      flags.at(-1)?.values.push(arg);
      continue;
    }
    const [name = '', ...value] = arg.split('=');
    flags.push({ flag: canonicalFlag(name), values: value.length === 0 ? [] : [value.join('=')] });
  }
  return flags;
}
