import { SECTIONS } from './schema.ts';
import type { Config, ConfigKeyPath, SectionName } from './types.ts';

export type SettingName = ConfigKeyPath | `${SectionName}.*`;

/** The keys of a list, sections spelled out; each once. */
export function settingKeys(names: readonly SettingName[]): ConfigKeyPath[] {
  const keys = names.flatMap((name): ConfigKeyPath[] => {
    const [section = '', key = ''] = name.split('.');
    if (key !== '*') return [name as ConfigKeyPath];
    const own = Object.entries(SECTIONS).find(([one]) => one === section)?.[1] ?? {};
    return Object.keys(own).map((one) => `${section}.${one}` as ConfigKeyPath);
  });
  return [...new Set(keys)];
}

/** The value of `section.key`; undefined where there is no such key. */
export function settingOf(config: Config, key: string): unknown {
  const [section = '', name = ''] = key.split('.');
  return Object(Object(config)[section])[name];
}

/** The value of `section.key` as `--set` and the flags take it. */
export function settingText(config: Config, key: string): string | string[] {
  const value = settingOf(config, key);
  return Array.isArray(value) ? value.map(String) : String(value);
}
