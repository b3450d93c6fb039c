import { Document, isMap, isPair, isScalar, type ScalarTag } from 'yaml';
import { writeFileAtomic } from '../atomic.ts';
import { type ConfigKey, findConfigKey } from './describe.ts';
import { defaultConfig } from './parse.ts';
import type { Config } from './types.ts';

/** PyYAML takes `1e-7` for text: its numbers need a dot in the mantissa and a sign in the exponent. */
function formatNumber(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa;
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${exponent.startsWith('-') ? '' : '+'}${exponent.replace('+', '')}`;
}

const numberTag: ScalarTag = {
  identify: (value) => typeof value === 'number',
  default: true,
  tag: 'tag:yaml.org,2002:float',
  test: /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/,
  resolve: (text) => Number(text),
  stringify: ({ value }) => formatNumber(Number(value)),
};

/** What YAML 1.1 readers such as PyYAML would take for something else (`on`, `no`, `1_000`) is written in quotes. */
const OPTIONS = { compat: 'yaml-1.1', customTags: (tags: unknown[]) => [numberTag, ...tags] } as const;

/** Some of the settings of a configuration, as a file or a record has them. */
type SomeSettings = {
  readonly [S in keyof Config]?: { readonly [K in keyof Config[S]]?: unknown } | undefined;
};

function toDocument(config: SomeSettings): Document {
  const document = new Document(config, OPTIONS as never);
  for (const section of isMap(document.contents) ? document.contents.items : []) {
    const { value } = section;
    for (const pair of isMap(value) ? value.items : []) {
      // Lists of names and weights read best on one line.
      if (isPair(pair) && typeof pair.value === 'object' && pair.value !== null && 'items' in pair.value) {
        Object.assign(pair.value, { flow: true });
      }
    }
  }
  return document;
}

const toText = (document: Document): string =>
  document.toString({ lineWidth: 0, flowCollectionPadding: false });

/** Settings as YAML that this program and PyYAML read back as the same values. */
export function configToYaml(config: SomeSettings): string {
  return toText(toDocument(config));
}

/** Writes a configuration file atomically. */
export function writeConfig(path: string, config: Config): void {
  writeFileAtomic(path, configToYaml(config));
}

/** Columns that a line takes at most, as in the help. */
const WIDTH = 80;

/** A comment of several lines, below one another at `indent`; the `#` of each is yet to come. */
function comment(text: string, indent: number): string {
  const room = WIDTH - indent - '#'.length;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= room) lines[lines.length - 1] = longer;
    else lines.push(` ${word}`);
  }
  return lines.join('\n');
}

function commentFor({ description, allowed }: ConfigKey): string {
  return comment(allowed === '' ? `${description}.` : `${description}. Allowed: ${allowed}.`, 2);
}

/** A configuration as YAML, every key under a comment that explains it. */
export function commentedConfig(config: Config, heading: string): string {
  const document = toDocument(config);
  document.commentBefore = comment(`${heading} Flags on the command line override what stands here.`, 0);
  const sections = isMap(document.contents) ? document.contents.items : [];
  for (const [index, section] of sections.entries()) {
    if (isScalar(section.key)) section.key.spaceBefore = index > 0;
    for (const pair of isMap(section.value) ? section.value.items : []) {
      const key = findConfigKey(`${section.key}.${pair.key}`);
      if (key !== undefined && isScalar(pair.key)) pair.key.commentBefore = commentFor(key);
    }
  }
  return toText(document);
}

/** The text of `config/default_config.yaml`: every key at its default. */
export function defaultConfigYaml(): string {
  return commentedConfig(defaultConfig(), 'The default configuration of Radweave.');
}
