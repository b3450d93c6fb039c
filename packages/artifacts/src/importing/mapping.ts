import { type Document, isScalar, parseDocument, stringify, visit } from 'yaml';
import { z } from 'zod';
import { writeFileAtomic } from '../atomic.ts';
import { DataError } from '../errors.ts';
import { existsSync } from '../files/files.ts';
import { IssueCollector } from '../issues.ts';
import { checkValues, recordOf } from '../json.ts';
import { folderNameField } from '../names.ts';
import { readText } from '../text.ts';
import { requireShallow } from '../yaml-depth.ts';

const modality = folderNameField('modality');
const pattern = z.string().refine(isPattern, 'is not a regular expression');
const range = z.tuple([z.number(), z.number()]);

const rule = z
  .strictObject({
    modality,
    /** Modality of the standard, such as CT. */
    type: z.string(),
    description: pattern,
    not_description: pattern,
    image_type: pattern,
    sequence: pattern,
    kernel: pattern,
    corrected: pattern,
    plane: z.string(),
    contrast: z.boolean(),
    /** From 1 in the order of time, or from -1, the last. */
    examination: z.int(),
    /** Seconds after the injection. */
    delay: range,
    thickness: range,
    echo_time: range,
    repetition_time: range,
    inversion_time: range,
  })
  .partial()
  .required({ modality: true });

/** A pattern of paths, with a group that names the patient, or says that the file is left out. */
const filePattern = pattern.refine(
  (text) => /\(\?<(?:patient|leave_out)>/.test(text),
  'names neither (?<patient>…) nor (?<leave_out>…)',
);

const mapping = z.strictObject({
  // A list whose items were all deleted in an editor is null.
  files: z.array(filePattern).nullable().optional(),
  rules: z.array(rule).nullable(),
  decisions: recordOf(modality).nullable().default({}),
  /** Written for people; nobody reads it. */
  series: z.unknown().optional(),
});

/** What makes a modality of a series: all conditions must hold. Patterns ignore case. */
export type ImportRule = z.infer<typeof rule>;

/** What a user decides: rules for all series, and single series by their names. */
export interface Mapping {
  /** Of files that do not say whose they are: patterns of their paths. */
  files?: readonly string[];
  rules: readonly ImportRule[];
  decisions: Readonly<Record<string, string>>;
}

/** One series, as `mapping.yaml` lists it. */
export interface MappedSeries {
  series: string;
  patient: string;
  /** Its modality, `-` for left out, `?` for a question. */
  modality: string;
  because: string;
  description: string;
  looks: string;
  slices: number;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'i');
    return true;
  } catch {
    return false;
  }
}

const REMEDY = 'Correct it, or delete it: the command then writes a new one with its own rules';

/**
 * Reads `mapping.yaml`.
 *
 * @returns null where there is none yet.
 * @throws DataError `E_MAPPING` with every fault.
 */
export function readMapping(path: string): Mapping | null {
  if (!existsSync(path)) return null;
  const heading = 'mapping.yaml cannot be used';
  const text = readText(path);
  const read = valuesOf(text, path, heading);
  const parsed = checkValues(mapping, read, text.length);
  if (parsed.success) {
    const { files, decisions } = parsed.data;
    // As they were read: what is parsed has its conditions in another order, and the file is written again.
    const { rules } = read as typeof parsed.data;
    const lists = { rules: rules ?? [], decisions: decisions ?? {} };
    return files === undefined ? lists : { files: files ?? [], ...lists };
  }
  const issues = new IssueCollector();
  for (const { path: place, message } of parsed.error.issues) {
    issues.error('E_MAPPING', `${place.join('.') || 'the file'}: ${message}`, path);
  }
  issues.throwIfErrors(heading, DataError, REMEDY);
  throw new Error('a failed parse has issues');
}

function valuesOf(text: string, path: string, heading: string): unknown {
  try {
    requireShallow(text);
    const document = parseDocument(text, { prettyErrors: false, logLevel: 'error', uniqueKeys: false });
    const [syntax] = document.errors;
    if (syntax !== undefined) throw syntax;
    requireUniqueKeys(document);
    // The yaml package looks for anchors only now.
    return document.toJS();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { message } = error;
    throw new DataError('E_MAPPING', `${heading}: ${message}`, { where: path, hint: REMEDY, cause: error });
  }
}

/** The yaml package compares each key with all others: of a decision for each of many series that takes minutes. */
function requireUniqueKeys(document: Document): void {
  visit(document, {
    Map: (_, { items }) => {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : key;
        if (keys.has(name)) throw new Error(`Map keys must be unique: "${name}" is there twice`);
        keys.add(name);
      }
    },
  });
}

/** In single quotes a backslash is a backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** One rule on a line. */
function flowOf(rule: ImportRule): string {
  const written = Object.entries(rule).map(([name, value]) =>
    typeof value === 'string' ? `${name}: ${quoted(value)}` : `${name}: ${JSON.stringify(value)}`,
  );
  return `{ ${written.join(', ')} }`;
}

/** A list, which may be empty: its name alone would be no list. */
function listText(name: string, items: readonly string[]): string[] {
  return items.length === 0 ? [`${name}: []`] : [`${name}:`, ...items.map((one) => `  - ${one}`)];
}

function filesText(files: readonly string[]): string[] {
  return [
    '# The patient of a file, by its path below the folder: the first pattern that fits. It names the patient and, where they stand',
    '# in the path, hospital, label and series; what rules read is the series, with "_" as spaces. One with (?<leave_out>…) leaves',
    "# files out, such as '(?<leave_out>Thumbs)'.",
    ...listText('files', files.map(quoted)),
    '',
  ];
}

/** Writes `mapping.yaml`: rules and decisions as they are, and what came of them. */
export function writeMapping(
  path: string,
  { files, rules, decisions }: Mapping,
  series: readonly MappedSeries[],
): void {
  const decided = Object.entries(decisions);
  const text = [
    ...(files === undefined ? [] : filesText(files)),
    '# Which series is which modality. Edit `rules` and `decisions`, then run the same command again.',
    '# The first rule whose conditions all hold names the series; "-" leaves it out. Patterns are regular',
    '# expressions and ignore case.',
    ...listText('rules', rules.map(flowOf)),
    '',
    '# Single series, by the names below: they count more than rules. For example  "3f2a9c0d1e4b5a67": "P"',
    decided.length === 0 ? 'decisions: {}' : 'decisions:',
    ...decided.map(([one, name]) => `  ${JSON.stringify(one)}: ${JSON.stringify(name)}`),
    '',
    '# The result, written again each time; "?" waits for a rule or a decision.',
    stringify({ series }, { lineWidth: 0 }).trimEnd(),
    '',
  ];
  writeFileAtomic(path, text.join('\n'));
}
