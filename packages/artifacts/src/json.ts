import type { ZodType } from 'zod';
import { writeFileAtomic } from './atomic.ts';
import { DataError } from './errors.ts';
import { IssueCollector } from './issues.ts';
import { readText } from './text.ts';

/**
 * Reads a JSON file and checks it against a schema.
 *
 * @throws DataError `E_FILE_MISSING`, `E_JSON` (not JSON) or `E_JSON_SHAPE` (every wrong field, with its path).
 */
export function readJson<T>(path: string, schema: ZodType<T>): T {
  const text = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError('E_JSON', `the file is not valid JSON: ${reason}`, { where: path, cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = new IssueCollector();
  for (const issue of parsed.error.issues) {
    issues.error('E_JSON_SHAPE', `${issue.path.join('.') || 'the whole file'}: ${issue.message}`, path);
  }
  issues.throwIfErrors('the file does not have the expected fields');
  throw new Error('a failed parse has issues');
}

/** Writes a value as indented JSON, atomically. */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
