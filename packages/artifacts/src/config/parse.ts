import { type Document, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { UsageError } from '../errors.ts';
import { readText } from '../text.ts';
import { requireShallow } from '../yaml-depth.ts';
import { checkConfig } from './check.ts';
import type { Config } from './types.ts';

/** Seven times the configuration with every comment; the YAML reader compares each key with all others. */
const LARGEST = 1 << 16;

/** Offset of the key (or list item) a path names, so that errors point at the line the user typed. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(
    (item) => isScalar(item.key) && String(item.key.value) === String(path.at(-1)),
  );
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}

/** Single backslashes in double quotes are escapes in YAML: the mistake Windows users make. */
function hintFor(code: string): string | undefined {
  return code === 'BAD_DQ_ESCAPE'
    ? "Write Windows paths in single quotes ('D:\\data'), with double backslashes, or with forward slashes"
    : undefined;
}

/**
 * Reads a YAML configuration. Absent keys get their defaults.
 *
 * @param file Named in errors.
 * @throws UsageError `E_CONFIG_YAML` (not YAML, or far longer than any configuration), or as `checkConfig`, with the line of each fault.
 */
export function parseConfig(yamlText: string, file: string): Config {
  if (yamlText.length > LARGEST) {
    const problem = `this is not a configuration: it has ${yamlText.length} characters, at most ${LARGEST} are read`;
    throw new UsageError('E_CONFIG_YAML', problem, { where: file, hint: 'Check that it is the right file' });
  }
  try {
    requireShallow(yamlText);
  } catch (error) {
    throw new UsageError('E_CONFIG_YAML', `this is not a configuration: ${(error as Error).message}`, {
      where: file,
      hint: 'Check that it is the right file',
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(yamlText, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    logLevel: 'error',
  });
  const at = (offset: number): string => `${file}, line ${lines.linePos(offset).line}`;
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    throw new UsageError('E_CONFIG_YAML', `the configuration is not valid YAML: ${syntax.message}`, {
      where: at(syntax.pos[0]),
      hint: hintFor(syntax.code),
      cause: syntax,
    });
  }
  return checkConfig(toValues(document, file, at), 'the configuration cannot be used', (path) => {
    const offset = offsetOf(document, path);
    return offset === undefined ? file : at(offset);
  });
}

/** The plain values; the yaml package looks for anchors only now. */
function toValues(document: Document, file: string, at: (offset: number) => string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const alias = aliasWithoutAnchor(document, at);
    throw new UsageError('E_CONFIG_YAML', `the configuration is not valid YAML: ${error.message}`, {
      where: alias ?? file,
      hint:
        alias === undefined
          ? undefined
          : "Mark the value before with '&', or put text that begins with '*' in quotes",
      cause: error,
    });
  }
}

function aliasWithoutAnchor(document: Document, at: (offset: number) => string): string | undefined {
  let place: string | undefined;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      place = alias.range === undefined || alias.range === null ? undefined : at(alias.range[0]);
      return visit.BREAK;
    },
  });
  return place;
}

/** Reads a configuration file. @throws as {@link parseConfig}, or DataError `E_FILE_MISSING` or `E_ENCODING`. */
export function readConfig(path: string): Config {
  return parseConfig(readText(path), path);
}

/** The configuration with every key at its default. */
export function defaultConfig(): Config {
  return checkConfig({}, 'the defaults', () => undefined);
}
