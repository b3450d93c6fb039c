import type { z } from 'zod';
import type { configSchema } from './schema.ts';

/** The whole configuration, every key filled in. */
export type Config = z.infer<typeof configSchema>;

export type SectionName = Exclude<keyof Config, 'record'>;

/** `section.key`. */
export type ConfigKeyPath = { [S in SectionName]: `${S}.${keyof Config[S] & string}` }[SectionName];
