import { CODES } from './en/index.ts';
import { EN } from './english.ts';
import type { Kind } from './entry.ts';
import type { Language } from './language.ts';
import { shownModel } from './model-names.ts';
import type { Code, Fault, Params, Part, Remark } from './remark.ts';
import { type Split, TERMS, type Term } from './terms.ts';
import type { TestKind } from './test-set.ts';

type Values = Readonly<Record<string, unknown>>;

export function say({ code, params }: Part, language: Language): string {
  const kinds = kindsOf(code);
  const values: Values = params;
  const given = Object.entries(kinds).map(([name, kind]) => [name, inWords(kind, values[name], language)]);
  const sentence = language.sentences[code] as string | ((given: Values) => string);
  return typeof sentence === 'string' ? sentence : sentence(Object.fromEntries(given));
}

export function kindsOf(code: Code): Readonly<Record<string, Kind>> {
  const entry = CODES[code];
  return typeof entry === 'string' ? {} : entry.kinds;
}

function inWords(kind: Kind, value: unknown, language: Language): unknown {
  if (kind === 'remark') return say(value as Part, language);
  if (kind === 'remarks') return (value as Part[]).map((one) => say(one, language));
  if (kind === 'split') return language.splits[value as Split];
  if (kind === 'splits') return (value as Split[]).map((one) => language.splits[one]);
  if (kind === 'term') return language.term(value as Term);
  if (kind === 'test') return language.test[(value as TestKind | undefined) ?? 'external'];
  if (kind === 'fault') return language.fault(value as Fault);
  if (kind === 'aggregation') return language.aggregation(value as string);
  return kind === 'model' ? language.model(value as string) : value;
}

/** The remark of a code, with the parameters it asks for. */
export function remark<C extends Code>(
  code: C,
  ...[params]: Record<never, never> extends Params<C> ? [params?: Params<C>] : [params: Params<C>]
): Remark {
  const own = Object.entries(params ?? {}).map(([name, value]) => [name, withoutText(value)]);
  const coded = { code, params: Object.fromEntries(own) } as Part;
  return { ...coded, text: say(coded, EN) };
}

/** A remark that calls classes by their names, where it has their numbers. */
export function withLabelNames(one: Part, names: readonly (string | undefined)[]): Remark {
  return changed(one, (kind, value) =>
    kind === 'label' && typeof value === 'number' ? (names[value] ?? value) : value,
  );
}

/** A remark whose text calls the models of these modalities as people are told; its parameters keep their names in files. */
export function withModelNames({ code, params }: Part, modalities: readonly string[]): Remark {
  const coded = { code, params } as Part;
  return { ...coded, text: say(coded, namingModels(EN, modalities)) };
}

/** A language that names the models of these modalities. */
export function namingModels(language: Language, modalities: readonly string[]): Language {
  return { ...language, model: (name) => language.model(shownModel(name, modalities)) };
}

/** A remark about a test of this kind, where it is about a test. */
export function ofTest(one: Part, test: TestKind): Remark {
  return changed(one, (kind, value) => (kind === 'test' ? test : value));
}

/** Changes the parameters of a remark, and those of the remarks in it, by their kind. */
function changed(one: Part, change: (kind: Kind, value: unknown) => unknown): Remark {
  const values: Values = one.params;
  const own = Object.entries(kindsOf(one.code)).map(([name, kind]) => {
    const value = values[name];
    if (kind === 'remark') return [name, changed(value as Part, change)];
    if (kind === 'remarks') return [name, (value as Part[]).map((part) => changed(part, change))];
    return [name, change(kind, value)];
  });
  const given = own.filter(([, value]) => value !== undefined);
  return (remark as (code: Code, params: unknown) => Remark)(one.code, Object.fromEntries(given));
}

function withoutText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutText);
  return isFields(value) && 'params' in value ? { code: value.code, params: value.params } : value;
}

/** A text without a code: of an earlier version, or a name. */
export function asWritten(text: string): Remark {
  return remark('as-written', { text });
}

/** Remarks one after the other; null when there are none. */
export function several(remarks: readonly (Remark | null | undefined)[]): Remark | null {
  const parts = distinct(remarks.filter((one) => one !== null && one !== undefined));
  return parts.length > 1 ? remark('several', { parts }) : (parts[0] ?? null);
}

export function distinct(remarks: readonly Remark[]): Remark[] {
  return [...new Map(remarks.map((one) => [one.text, one])).values()];
}

/** A remark as a file has it: where this version does not know the code or its parameters, the text alone. */
export function readRemark({ code, params, text }: { code: string; params: Values; text: string }): Remark {
  return fits(code, params) ? ({ code, params, text } as Remark) : asWritten(text);
}

function fits(code: string, params: Values): boolean {
  if (!Object.hasOwn(CODES, code)) return false;
  return Object.entries(kindsOf(code as Code)).every(([name, kind]) => isOf(kind, params[name]));
}

function isOf(kind: Kind, value: unknown): boolean {
  if (kind === 'texts') return Array.isArray(value) && value.every((one) => isOf('text', one));
  if (kind === 'splits') return Array.isArray(value) && value.every((one) => isOf('split', one));
  if (kind === 'remarks') return Array.isArray(value) && value.every((one) => isOf('remark', one));
  if (kind === 'remark')
    return isFields(value) && isFields(value.params) && fits(String(value.code), value.params);
  if (kind === 'fault') return isFields(value) && isOf('text', value.code) && isOf('text', value.text);
  if (kind === 'term') return TERMS.includes(value as Term);
  if (kind === 'test') return value === undefined || value === 'external' || value === 'internal';
  if (kind === 'label') return typeof value === 'number' || typeof value === 'string';
  if (kind === 'split') return value === 'train' || value === 'val' || value === 'test';
  const types = {
    flag: 'boolean',
    number: 'number',
    text: 'string',
    model: 'string',
    aggregation: 'string',
  } as const;
  return typeof value === types[kind];
}

function isFields(value: unknown): value is Values {
  return typeof value === 'object' && value !== null;
}
