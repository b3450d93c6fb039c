import {
  applyOverrides,
  type Config,
  configKeysIn,
  defaultConfig,
  findSplitSummary,
  isForeignPath,
  type Override,
  readConfig,
  refuseForeignPlaces,
  requireNamed,
  splitFiles,
  splitModalities,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { Call } from '@radweave/pipeline';
import { commandFlags } from '../command-flags.ts';
import { rememberSettings } from '../command-line.ts';
import { DEFAULT_CONFIG_FILE } from './add-flags.ts';

/** Flags that every stage command takes. */
export interface CommonFlags {
  config?: string;
  set?: string[];
  quiet?: boolean;
  json?: boolean;
  debug?: boolean;
}

/** The configuration of a call, and the keys that the user set for it. */
export interface CallConfig extends Call {
  /** Which file was read, for the log; null for none. */
  file: string | null;
  /** Whether nobody says how many classes there are: commands that read the raw folders count theirs. */
  countsClasses: boolean;
}

export function tellFile({ file }: CallConfig, { quiet }: CommonFlags): void {
  if (file !== null && quiet !== true) process.stderr.write(`Configuration: ${file}\n`);
}

/** Commands, of which `run` and `plan` are no stages, that go through the raw folders; to all others the split files say where the images lie. */
const READS_RAW = ['preprocess', 'run', 'plan'];

/** The Python tool's own file names places on Windows; what a command does not use of them is not an error. */
function overlookForeignPlaces(
  name: string,
  config: Config,
  file: string | null,
  given: readonly string[],
): void {
  const isForeign = (key: string, place: string | null): boolean =>
    place !== null && !given.includes(key) && isForeignPath(place);
  const tell = (key: string, place: string | null, why: string): void =>
    void process.stderr.write(
      `Warning: ${key} '${place}' (${file}) is a Windows path and is not used; ${why}.\n`,
    );
  const { root_dir } = config.data;
  if (!READS_RAW.includes(name) && isForeign('data.root_dir', root_dir)) {
    tell('data.root_dir', root_dir, 'the images are where the split files say');
    config.data.root_dir = null;
  }
  const { output_dir } = config.experiment;
  if (name === 'preprocess' && isForeign('experiment.output_dir', output_dir)) {
    tell('experiment.output_dir', output_dir, 'this command writes nothing there');
    config.experiment.output_dir = defaultConfig().experiment.output_dir;
  }
}

/** Where nobody names modalities, a command that goes by the split files is about theirs: the usual ones may not be among them. */
function takeModalitiesOfSplit(name: string, data: Config['data']): void {
  const flags = commandFlags(name) ?? [];
  const has = (key: string): boolean => flags.some((flag) => flag.key === key);
  if (READS_RAW.includes(name) || !has('data.modalities') || !has('data.splits_dir')) return;
  const known = splitModalities(data.splits_dir);
  if (known.length > 0 && data.modalities.some((one) => !known.includes(one))) data.modalities = known;
}

/** Where nobody says how many classes there are: as many as are named, or as the split has to learn from. */
function takeClasses(name: string, { data, model }: Config): void {
  const { counts = [] } =
    (READS_RAW.includes(name) ? null : findSplitSummary(splitFiles(data.splits_dir).summary)) ?? {};
  const learned = counts.filter(({ split }) => split !== 'test').map(({ label }) => label + 1);
  model.num_classes = data.labels?.length ?? Math.max(model.num_classes, ...learned);
}

/** Reads the configuration file and lays `--set` and the flags over it, flags last. */
export function readCall(name: string, flags: CommonFlags & Record<string, unknown>): CallConfig {
  const hint = 'Correct --config, or leave it out for the defaults, which `radweave config --yaml` prints';
  const named = flags.config === undefined ? null : requireNamed('file', flags.config, '--config', { hint });
  const file = named ?? (existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : null);
  const base = file === null ? defaultConfig() : readConfig(file);
  const labels = new Map<string, string>();
  const overrides: Override[] = [];
  for (const text of flags.set ?? []) {
    const at = text.indexOf('=');
    if (at < 1) {
      throw new UsageError('E_SET', `'--set ${text}' is not of the form section.key=value`);
    }
    overrides.push([text.slice(0, at), text.slice(at + 1)]);
  }
  for (const flag of commandFlags(name) ?? []) {
    const typed = flags[flag.flag];
    if (typed === undefined) continue;
    labels.set(flag.key, `--${flag.flag}`);
    overrides.push([flag.key, flag.value ?? (Array.isArray(typed) ? typed.map(String) : String(typed))]);
  }
  const config = applyOverrides(base, overrides, (path) => labels.get(path) ?? `--set ${path}`);
  const given = [...new Set(overrides.map(([key]) => key))];
  overlookForeignPlaces(name, config, file, given);
  const said = new Set([...given, ...(file === null ? [] : configKeysIn(file))]);
  if (!said.has('data.modalities')) takeModalitiesOfSplit(name, config.data);
  const saysClasses = said.has('model.num_classes');
  if (!saysClasses) takeClasses(name, config);
  refuseForeignPlaces(config);
  rememberSettings({ base, config, given });
  for (const { flag, isRead } of commandFlags(name) ?? []) {
    const typed = flags[flag];
    if (isRead && typeof typed === 'string') requireNamed('folder', typed, `--${flag}`);
  }
  const inFile = flags.config === undefined ? [] : configKeysIn(flags.config);
  return { config, given, inFile, file, countsClasses: !saysClasses && config.data.labels === null };
}
