import { checkConfig } from './check.ts';
import { defaultConfig, readConfig } from './parse.ts';
import type { Config } from './types.ts';
import { refuseForeignPlaces } from './windows-path.ts';

/** Settings by section, such as `{ data: { root_dir: 'raw' } }`. */
export type Settings = { readonly [Name in keyof Config]?: Partial<Config[Name]> };

/**
 * The configuration of a script, as a command makes it from its flags.
 *
 * @param file YAML; what neither it nor `settings` names is at its default.
 * @throws UsageError as `checkConfig`.
 */
export function configure(settings: Settings = {}, file?: string): Config {
  const base: Record<string, unknown> = { ...(file === undefined ? defaultConfig() : readConfig(file)) };
  for (const [name, own] of Object.entries(settings)) base[name] = { ...(base[name] as object), ...own };
  const config = checkConfig(base, 'these settings cannot be used', (path) => path.join('.'));
  refuseForeignPlaces(config);
  return config;
}
