import {
  type Config,
  checkConfig,
  findConfigKey,
  suggestKey,
  type TrialSettings,
  UsageError,
} from '@radweave/artifacts';

type Value = TrialSettings[string];

export interface Dimension {
  key: string;
  /** How many values it has; infinite for a range of numbers. */
  size: number;
  isLog: boolean;
  /** @param u evenly from [0, 1). */
  draw(u: number): Value;
}

/** Keys of the sections that can be searched which say how it is computed, how long, or on what: not what is learnt. */
const NOT_SEARCHED = [
  'model.weights',
  'model.num_classes',
  'training.epochs',
  'training.device',
  'training.precision',
  'training.deterministic',
  'training.auto_batch_size',
  'training.sync_batch_norm',
];

const WHERE = 'tune.space';

/**
 * The keys to search.
 *
 * @throws UsageError where there is none, or one that does not exist, is not to be searched, or cannot have these values.
 */
export function readSpace(config: Config): Dimension[] {
  const entries = Object.entries(config.tune.space);
  if (entries.length === 0) {
    throw new UsageError('E_TUNE_SPACE', 'the space to search is empty', {
      where: WHERE,
      hint: 'Name keys and their values in the configuration, such as tune.space: {training.learning_rate: {low: 1e-5, high: 1e-2, log: true}}',
    });
  }
  return entries.map(([key, wish]) => {
    const about = findConfigKey(key);
    if (about === undefined) throw refused(`there is no key '${key}'`, suggestKey(key.split('.')));
    if (!/^(model|training|augmentation)\./.test(key) || NOT_SEARCHED.includes(key)) {
      throw refused(
        `'${key}' is not a key that can be searched`,
        'Search keys of model, training and augmentation that change what a network learns',
      );
    }
    const values = Array.isArray(wish) ? wish : [wish.low, wish.high];
    for (const value of values) checked(config, { [key]: value });
    if (Array.isArray(wish)) {
      const draw = (u: number): Value => wish[Math.floor(u * wish.length)] ?? null;
      return { key, size: new Set(wish.map((value) => JSON.stringify(value))).size, isLog: false, draw };
    }
    if (!/^(integer|number)$/.test(about.type)) {
      throw refused(`'${key}' is ${about.type}, which has no range`, 'List its values instead');
    }
    return ranged(key, wish, about.type === 'integer');
  });
}

function ranged(
  key: string,
  { low, high, log: isLog }: { low: number; high: number; log: boolean },
  isWhole: boolean,
): Dimension {
  if (low >= high)
    throw refused(`the range of '${key}' goes from ${low} to ${high}`, 'Put the lower number first');
  if (isLog && low <= 0) {
    throw refused(
      `the range of '${key}' begins at ${low}, which has no logarithm`,
      'Begin above 0, or leave out log',
    );
  }
  // Of whole numbers each has its own share of the range.
  const end = isWhole ? high + 1 : high;
  const at = (u: number): number =>
    isLog ? Math.exp(Math.log(low) + u * (Math.log(end) - Math.log(low))) : low + u * (end - low);
  return {
    key,
    size: isWhole ? high - low + 1 : Number.POSITIVE_INFINITY,
    isLog,
    // Rounding of the logarithm may lead beyond an end.
    draw: (u) => Math.min(high, Math.max(low, isWhole ? Math.floor(at(u)) : at(u))),
  };
}

function refused(what: string, hint: string): UsageError {
  return new UsageError('E_TUNE_SPACE', what, { where: WHERE, hint });
}

/** A configuration with the settings of a trial. @throws UsageError where they are not allowed. */
export function checked(config: Config, settings: TrialSettings): Config {
  const changed: Record<string, unknown> = { ...config };
  for (const [key, value] of Object.entries(settings)) {
    const [section = '', name = ''] = key.split('.');
    changed[section] = { ...Object(changed[section]), [name]: value };
  }
  return checkConfig(changed, 'the space to search has a value that cannot be used', () => WHERE);
}
