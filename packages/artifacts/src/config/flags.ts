import { type ConfigKey, findConfigKey } from './describe.ts';
import type { ConfigKeyPath } from './types.ts';

/** A command-line flag that sets a configuration key. */
export interface ConfigFlag {
  /** In snake_case, without dashes; kebab-case is accepted too. */
  readonly flag: string;
  readonly key: ConfigKeyPath;
  /** For flags without an argument: the value they set. */
  readonly value?: string;
  /** What the flag does, where the key's own description says something else. */
  readonly description?: string;
  /** A folder whose files the command reads, so it must be there. */
  readonly isRead?: true;
}

/** The canonical name of a flag as typed: `--batch-size` → `batch_size`. */
export function canonicalFlag(typed: string): string {
  return typed.replace(/^-+/, '').replaceAll('-', '_');
}

/** Flags with the key that each sets and a description, for `--help`. */
export function describedFlags(
  flags: readonly ConfigFlag[],
): (ConfigFlag & { readonly describes: ConfigKey; readonly description: string })[] {
  return flags.flatMap((flag) => {
    const describes = findConfigKey(flag.key);
    if (describes === undefined) return [];
    return [{ ...flag, describes, description: flag.description ?? describes.description }];
  });
}
