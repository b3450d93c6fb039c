import { crc32 } from '@radweave/checksum';
import { END, END64, END64_LOCATOR, ENTRY, LOCAL, MAX16, MAX32, ZIP64_FIELD } from '@radweave/native/zip';
import type { FileWriter } from './atomic-file.ts';

/** torch maps storages into memory, so it starts every record at a multiple of this. */
const ALIGNMENT = 64;
/** Extra field that torch pads with: 'FB', its length, then Zs. */
const PADDING_FIELD = 0x4246;
const PADDING_BYTE = 0x5a;
const VERSION = 20;
const VERSION_ZIP64 = 45;
const UTF8_FLAG = 0x0800;
/** 1 January 1980, the earliest date of the format: equal content gives equal bytes. */
const DATE = 0x0021;

interface Written {
  name: Uint8Array;
  size: number;
  crc: number;
  offset: number;
}

/** Writes a zip archive of stored entries laid out as `torch.save` does; zip64 records only where needed. */
export class ZipWriter {
  readonly #out: FileWriter;
  readonly #zip64From: number;
  readonly #entries: Written[] = [];

  /** @param zip64From sizes and offsets from this on are written as zip64 (tests lower it). */
  constructor(out: FileWriter, zip64From: number = MAX32) {
    this.#out = out;
    this.#zip64From = zip64From;
  }

  /** Adds one file. `content` is written as it is, without a copy. */
  async add(name: string, content: Uint8Array): Promise<void> {
    const entry: Written = {
      name: new TextEncoder().encode(name),
      size: content.byteLength,
      crc: crc32(content),
      offset: this.#out.position,
    };
    const wide = entry.size >= this.#zip64From;
    const sizes = wide ? zip64Field([entry.size, entry.size]) : new Uint8Array();
    const paddingAt = entry.offset + LOCAL.bytes + entry.name.byteLength + sizes.byteLength + 4;
    const padding = (ALIGNMENT - (paddingAt % ALIGNMENT)) % ALIGNMENT;

    const header = new DataView(new ArrayBuffer(LOCAL.bytes));
    header.setUint32(0, LOCAL.signature, true);
    header.setUint16(LOCAL.version, wide ? VERSION_ZIP64 : VERSION, true);
    header.setUint16(LOCAL.flags, UTF8_FLAG, true);
    header.setUint16(LOCAL.date, DATE, true);
    header.setUint32(LOCAL.crc, entry.crc, true);
    header.setUint32(LOCAL.compressedSize, wide ? MAX32 : entry.size, true);
    header.setUint32(LOCAL.size, wide ? MAX32 : entry.size, true);
    header.setUint16(LOCAL.nameBytes, entry.name.byteLength, true);
    header.setUint16(LOCAL.extraBytes, sizes.byteLength + 4 + padding, true);

    const paddingHeader = new DataView(new ArrayBuffer(4));
    paddingHeader.setUint16(0, PADDING_FIELD, true);
    paddingHeader.setUint16(2, padding, true);
    await this.#out.write(
      Buffer.concat([
        bytesOf(header),
        entry.name,
        sizes,
        bytesOf(paddingHeader),
        Buffer.alloc(padding, PADDING_BYTE),
      ]),
    );
    await this.#out.write(content);
    this.#entries.push(entry);
  }

  /** Writes the central directory; nothing can be added after. */
  async finish(): Promise<void> {
    const offset = this.#out.position;
    const directory = Buffer.concat(this.#entries.flatMap((entry) => this.#directoryEntry(entry)));
    await this.#out.write(directory);
    const count = this.#entries.length;
    const wide = offset >= this.#zip64From || directory.byteLength >= this.#zip64From || count >= MAX16;
    if (wide)
      await this.#out.write(zip64End(this.#out.position, { offset, size: directory.byteLength, count }));

    const end = new DataView(new ArrayBuffer(END.bytes));
    end.setUint32(0, END.signature, true);
    end.setUint16(END.countHere, wide ? MAX16 : count, true);
    end.setUint16(END.count, wide ? MAX16 : count, true);
    end.setUint32(END.directoryBytes, wide ? MAX32 : directory.byteLength, true);
    end.setUint32(END.directoryOffset, wide ? MAX32 : offset, true);
    await this.#out.write(bytesOf(end));
  }

  #directoryEntry({ name, size, crc, offset }: Written): Uint8Array[] {
    const wideSize = size >= this.#zip64From;
    const wideOffset = offset >= this.#zip64From;
    const numbers = [...(wideSize ? [size, size] : []), ...(wideOffset ? [offset] : [])];
    const extra = numbers.length > 0 ? zip64Field(numbers) : new Uint8Array();
    const version = numbers.length > 0 ? VERSION_ZIP64 : VERSION;

    const entry = new DataView(new ArrayBuffer(ENTRY.bytes));
    entry.setUint32(0, ENTRY.signature, true);
    entry.setUint16(ENTRY.madeBy, version, true);
    entry.setUint16(ENTRY.version, version, true);
    entry.setUint16(ENTRY.flags, UTF8_FLAG, true);
    entry.setUint16(ENTRY.date, DATE, true);
    entry.setUint32(ENTRY.crc, crc, true);
    entry.setUint32(ENTRY.compressedSize, wideSize ? MAX32 : size, true);
    entry.setUint32(ENTRY.size, wideSize ? MAX32 : size, true);
    entry.setUint16(ENTRY.nameBytes, name.byteLength, true);
    entry.setUint16(ENTRY.extraBytes, extra.byteLength, true);
    entry.setUint32(ENTRY.headerOffset, wideOffset ? MAX32 : offset, true);
    return [bytesOf(entry), name, extra];
  }
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}

function zip64Field(numbers: readonly number[]): Uint8Array {
  const field = new DataView(new ArrayBuffer(4 + 8 * numbers.length));
  field.setUint16(0, ZIP64_FIELD, true);
  field.setUint16(2, 8 * numbers.length, true);
  for (const [index, number] of numbers.entries()) field.setBigUint64(4 + 8 * index, BigInt(number), true);
  return bytesOf(field);
}

function zip64End(position: number, directory: { offset: number; size: number; count: number }): Uint8Array {
  const end = new DataView(new ArrayBuffer(END64.bytes + END64_LOCATOR.bytes));
  end.setUint32(0, END64.signature, true);
  end.setBigUint64(END64.recordBytes, BigInt(END64.bytes - 12), true);
  end.setUint16(END64.madeBy, VERSION_ZIP64, true);
  end.setUint16(END64.version, VERSION_ZIP64, true);
  end.setBigUint64(END64.countHere, BigInt(directory.count), true);
  end.setBigUint64(END64.count, BigInt(directory.count), true);
  end.setBigUint64(END64.directoryBytes, BigInt(directory.size), true);
  end.setBigUint64(END64.directoryOffset, BigInt(directory.offset), true);
  end.setUint32(END64.bytes, END64_LOCATOR.signature, true);
  end.setBigUint64(END64.bytes + END64_LOCATOR.recordOffset, BigInt(position), true);
  end.setUint32(END64.bytes + END64_LOCATOR.disks, 1, true);
  return bytesOf(end);
}
