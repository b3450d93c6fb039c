import { and } from '@radweave/remarks';
import { z } from 'zod';
import { SECTIONS } from './schema.ts';
import type { SectionName } from './types.ts';

/** A configuration key, described from the schema that validates it. */
export interface ConfigKey {
  /** `section.key`. */
  readonly path: string;
  readonly section: SectionName;
  readonly key: string;
  /** `integer`, `number`, `true/false`, `text`, `list of text`, `list of numbers`, `keys with values`, or several joined by ` or `. */
  readonly type: string;
  readonly default: unknown;
  /** Allowed values or range, empty when anything of the type is allowed. */
  readonly allowed: string;
  readonly description: string;
}

interface KeySchema {
  type?: string;
  default?: unknown;
  description?: string;
  allowed?: string;
  enum?: unknown[];
  anyOf?: KeySchema[];
  items?: KeySchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true/false',
  null: 'null',
  integer: 'integer',
  number: 'number',
  object: 'keys with values',
};

function typeName(schema: KeySchema): string {
  if (schema.anyOf) return schema.anyOf.map(typeName).join(' or ');
  if (schema.type === 'array') return schema.items?.type === 'string' ? 'list of text' : 'list of numbers';
  return TYPE_NAMES[schema.type ?? ''] ?? 'anything';
}

function range(schema: KeySchema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const parts: string[] = [];
  const hasBoth = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (hasBoth) return `${minimum} to ${maximum}`;
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) parts.push(`≥ ${minimum}`);
  if (exclusiveMinimum !== undefined) parts.push(`> ${exclusiveMinimum}`);
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) parts.push(`≤ ${maximum}`);
  if (exclusiveMaximum !== undefined) parts.push(`< ${exclusiveMaximum}`);
  return and(parts);
}

function allowedValues(schema: KeySchema): string {
  if (schema.allowed !== undefined) return schema.allowed;
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.anyOf) return schema.anyOf.map(range).filter(Boolean).join(' or ');
  return range(schema);
}

function describeKey(section: SectionName, key: string, schema: z.ZodType): ConfigKey {
  const json = z.toJSONSchema(schema, { io: 'input' }) as KeySchema;
  return {
    path: `${section}.${key}`,
    section,
    key,
    type: typeName(json),
    default: json.default,
    allowed: allowedValues(json),
    description: json.description ?? '',
  };
}

let described: readonly ConfigKey[] | undefined;

/** Every configuration key in file order, for `radweave config`, the documentation and `--help`. */
export function describeConfig(): readonly ConfigKey[] {
  described ??= Object.entries(SECTIONS).flatMap(([section, shape]) =>
    Object.entries<z.ZodType>(shape).map(([key, schema]) => describeKey(section as SectionName, key, schema)),
  );
  return described;
}

/** The description of `section.key`, undefined when there is no such key. */
export function findConfigKey(path: string): ConfigKey | undefined {
  return describeConfig().find((key) => key.path === path);
}
