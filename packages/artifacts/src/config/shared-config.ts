import { basename, dirname, resolve, sep } from 'node:path';
import { studyKeyPath } from '../layout.ts';
import { toldFile, toldPlace } from '../told-place.ts';
import { defaultConfig } from './parse.ts';
import type { Config } from './types.ts';

/** The keys that name places, apart from the file of initial weights. */
export const PLACES = [
  ['data', 'root_dir'],
  ['data', 'table'],
  ['data', 'splits_dir'],
  ['data', 'study_key'],
  ['data', 'features_dir'],
  ['preprocess', 'log_dir'],
  ['fusion', 'output_dir'],
  ['experiment', 'output_dir'],
] as const;

/** A configuration as it may be handed on: a place that only its whole path would tell gets its default. */
export function sharedConfig(config: Config): Config {
  const shared: Config = structuredClone(config);
  const unset = defaultConfig();
  for (const [section, key] of PLACES) {
    const place: string | null = Object(config[section])[key];
    if (place === null) continue;
    Object.assign(shared[section], { [key]: toldPlace(place) ?? Object(unset[section])[key] });
  }
  const { weights } = config.model;
  if (weights !== null) shared.model.weights = toldFile(weights);
  return shared;
}

/** What {@link sharedConfig} left out, from the configuration that is asked for now. */
export function withPlaces(shared: Config, asked: Config): Config {
  const config: Config = structuredClone(shared);
  const unset = defaultConfig();
  for (const [section, key] of PLACES) {
    if (Object(shared[section])[key] !== Object(unset[section])[key]) continue;
    Object.assign(config[section], { [key]: Object(asked[section])[key] });
  }
  const { weights } = asked.model;
  if (weights !== null && toldFile(weights) === shared.model.weights) config.model.weights = weights;
  return config;
}

/** A value in whose texts the places of a configuration are named as {@link sharedConfig} does, those that have only a whole path by their last name. */
export function namingPlaces<Value>(value: Value, config: Config): Value {
  const told = PLACES.map(([section, key]): string | null => Object(config[section])[key]);
  const places = [...told, dirname(studyKeyPath(config.data))]
    .flatMap((place) => (place === null || dirname(resolve(place)) === resolve(place) ? [] : resolve(place)))
    .sort((a, b) => b.length - a.length);
  const named = (text: string): string =>
    places
      .reduce((rest, place) => rest.replaceAll(place, toldPlace(place) ?? basename(place)), text)
      .replaceAll(`${process.cwd()}${sep}`, '');
  return JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'string' ? named(one) : one));
}
