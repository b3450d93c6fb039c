import { type ZodType, z } from 'zod';
import { writeFileAtomic } from './atomic.ts';
import { DataError, RESTORE } from './errors.ts';
import { existsSync } from './files/files.ts';
import { IssueCollector } from './issues.ts';
import { readText } from './text.ts';

/**
 * Reads a JSON file and checks it against a schema.
 *
 * @throws DataError `E_FILE_MISSING`, `E_JSON` (not JSON), `E_JSON_FORMAT` (of another version) or `E_JSON_SHAPE` (wrong
 *   fields with their paths, as {@link checkValues} finds them).
 */
export function readJson<T>(path: string, schema: ZodType<T>): T {
  const text = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError('E_JSON', `the file is not valid JSON: ${reason}`, {
      where: path,
      hint: RESTORE,
      cause: error,
    });
  }
  const parsed = checkValues(schema, value, text.length);
  if (parsed.success) return parsed.data;
  refuseOtherFormat(path, value, parsed.error.issues);
  const issues = new IssueCollector();
  for (const issue of parsed.error.issues) {
    issues.error('E_JSON_SHAPE', `${issue.path.join('.') || 'the whole file'}: ${issue.message}`, path);
  }
  issues.throwIfErrors('the file does not have the expected fields', DataError, RESTORE);
  throw new Error('a failed parse has issues');
}

/** So many characters hold no more wrong values than memory does: zod keeps a kilobyte of each. */
const ALL_FAULTS = 1 << 16;

/** What zod's own `validate` sets. */
const FIRST_FAULT = { reportInput: false, abortEarly: true };
const ALL = { reportInput: false };

/**
 * Checks what was read. Of a long text, such as one with a million wrong values, the first fault is told; of others all.
 *
 * @param length of the text.
 */
export function checkValues<T>(schema: ZodType<T>, value: unknown, length: number): z.ZodSafeParseResult<T> {
  if (length > ALL_FAULTS) abortAll(schema);
  return schema.safeParse(value, length > ALL_FAULTS ? FIRST_FAULT : ALL);
}

const aborting = new WeakSet<z.core.$ZodType>();

/** Lets a value that is of the right type and not allowed end reading too, as zod does for a wrong type alone. */
function abortAll(schema: z.core.$ZodType): void {
  if (aborting.has(schema)) return;
  aborting.add(schema);
  const { def } = schema._zod;
  for (const { _zod: check } of [schema, ...(def.checks ?? [])]) Object.assign(check.def, { abort: true });
  // The schemas that it is made of stand under several names, alone, in lists, and by the names of fields.
  for (const part of Object.values(def)) {
    const parts = part instanceof z.core.$ZodType ? [part] : Object.values(Object(part));
    for (const one of parts) if (one instanceof z.core.$ZodType) abortAll(one);
  }
}

/** A file of a version that is not known is told as such, not by the fields it has otherwise. */
function refuseOtherFormat(path: string, value: unknown, issues: readonly z.core.$ZodIssue[]): void {
  const format: unknown = Object(value).format;
  const isOther = issues.some(
    ({ path: [key, ...below] }) => below.length === 0 && (key ?? 'format') === 'format',
  );
  if (!isOther || typeof format !== 'number') return;
  throw new DataError('E_JSON_FORMAT', `the file is of format ${format}, which this version does not read`, {
    where: path,
    hint: 'Use the version of Radweave that wrote it, or run the command that wrote it again',
  });
}

/** Writes a value as indented JSON, atomically. */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Values by names, as `z.record`, which would go on after the first that is wrong. */
export function recordOf<T>(
  value: ZodType<T>,
): z.ZodObject<Record<never, never>, z.core.$catchall<ZodType<T>>> {
  return z.object({}).catchall(value);
}

/** A SHA-256 in a file. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');

export const splitHashes = z.object({ train: sha256, val: sha256, test: sha256 });

/** How the files of a schema are read and written. */
export interface JsonFile<T> {
  /** @throws DataError as {@link readJson}. */
  read(path: string): T;
  /** Null where there is no file, or it is damaged or of another version: of what only saves time. */
  find(path: string): T | null;
  /** Indented and atomically. */
  write(path: string, value: T): void;
}

/** The reader and the writer of the JSON files of a schema; what is written is checked too. */
export function jsonFile<T>(schema: ZodType<T>): JsonFile<T> {
  return {
    read: (path) => readJson(path, schema),
    find: (path) => {
      if (!existsSync(path)) return null;
      try {
        return readJson(path, schema);
      } catch (error) {
        if (error instanceof DataError) return null;
        throw error;
      }
    },
    write: (path, value) => writeJson(path, schema.parse(value)),
  };
}
