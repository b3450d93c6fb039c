import type { Encoding } from './encoding.ts';
import { TAG } from './tags.ts';
import { decodeText } from './text.ts';

export interface Element {
  readonly tag: number;
  /** Value representation; empty where the file does not say it. */
  readonly vr: string;
  readonly offset: number;
  readonly length: number;
  /** Of a sequence whose length was not declared. */
  readonly items?: Dataset[];
  /** Of compressed pixels: the table of offsets, then the pieces. */
  readonly fragments?: Uint8Array[];
}

/** PS3.5, 6.2. JavaScript takes `0x10` for a number too. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Elements of a file or of an item. Whoever asks for a value knows its type, so no dictionary is needed. */
export class Dataset {
  readonly bytes: Uint8Array;
  readonly encoding: Encoding;
  readonly elements: ReadonlyMap<number, Element>;
  readonly #open: (sequence: Element) => Dataset[];
  readonly #view: DataView;
  /** Of what holds it, where it names none itself (PS3.3, C.12.1.1.2). */
  #charset = '';

  constructor(
    bytes: Uint8Array,
    encoding: Encoding,
    elements: ReadonlyMap<number, Element>,
    open: (sequence: Element) => Dataset[],
  ) {
    this.bytes = bytes;
    this.encoding = encoding;
    this.elements = elements;
    this.#open = open;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  has(tag: number): boolean {
    return (this.elements.get(tag)?.length ?? 0) > 0;
  }

  /**
   * The tag of an element of a maker, whose block of the group may be any (PS3.5, 7.8.1); undefined where the file has no such block.
   *
   * @param group of the tags, such as 0x7053.
   * @param element its last two digits.
   */
  privateTag(creator: string, group: number, element: number): number | undefined {
    const blocks = Array.from({ length: 0xf0 }, (_, i) => i + 0x10);
    const block = blocks.find((one) => this.text(group * 0x10000 + one) === creator);
    return block === undefined ? undefined : group * 0x10000 + block * 0x100 + element;
  }

  /** The bytes of a value; undefined where there is none. */
  value(tag: number): Uint8Array | undefined {
    const element = this.elements.get(tag);
    if (element === undefined || element.length === 0) return undefined;
    return this.bytes.subarray(element.offset, element.offset + element.length);
  }

  /** A text on one line, without the padding, in the character set of the file; empty where there is none. */
  text(tag: number): string {
    const value = this.value(tag);
    if (value === undefined) return '';
    // What ends up in tables and on a terminal may not steer them.
    return decodeText(value, this.#ownCharset())
      .replaceAll('\0', '')
      .replace(/\p{Cc}+/gu, ' ')
      .trim();
  }

  /** The parts of a text, between backslashes. */
  texts(tag: number): string[] {
    const all = this.text(tag);
    return all === '' ? [] : all.split('\\').map((one) => one.trim());
  }

  /** Numbers written as text (DS, IS); none where one of them is no number, as the others would take its place. */
  decimals(tag: number): number[] {
    const written = this.texts(tag).filter((one) => one !== '');
    const numbers = written.map(Number);
    return written.every((one) => DECIMAL.test(one)) && numbers.every(Number.isFinite) ? numbers : [];
  }

  decimal(tag: number): number | undefined {
    return this.decimals(tag)[0];
  }

  /** Unsigned numbers of two bytes (US). */
  shorts(tag: number): number[] {
    return this.#numbers(tag, 2, (view, at, little) => view.getUint16(at, little));
  }

  short(tag: number): number | undefined {
    return this.shorts(tag)[0];
  }

  /** Signed numbers of two bytes (SS). */
  signedShorts(tag: number): number[] {
    return this.#numbers(tag, 2, (view, at, little) => view.getInt16(at, little));
  }

  /** Unsigned numbers of four bytes (UL). */
  longs(tag: number): number[] {
    return this.#numbers(tag, 4, (view, at, little) => view.getUint32(at, little));
  }

  /** Numbers of eight bytes (FD). */
  doubles(tag: number): number[] {
    return this.#numbers(tag, 8, (view, at, little) => view.getFloat64(at, little));
  }

  /** Items of a sequence; none where there is no such sequence. @throws FileFault where they are damaged. */
  items(tag: number): readonly Dataset[] {
    const element = this.elements.get(tag);
    if (element === undefined) return [];
    const items = element.items ?? this.#open(element);
    for (const item of items) item.#charset = this.#ownCharset();
    return items;
  }

  #ownCharset(): string {
    const named = this.elements.get(TAG.charset);
    return named === undefined ? this.#charset : latin(this.bytes, named.offset, named.length);
  }

  #numbers(
    tag: number,
    size: number,
    read: (view: DataView, at: number, little: boolean) => number,
  ): number[] {
    const element = this.elements.get(tag);
    if (element === undefined) return [];
    const { offset, length, vr } = element;
    const little = vr === 'UN' || this.encoding.littleEndian;
    return Array.from({ length: Math.floor(length / size) }, (_, i) =>
      read(this.#view, offset + i * size, little),
    );
  }
}

function latin(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + Math.min(length, 256)));
}
