// Changes that keep what a reader looks at first, so that they reach what comes behind: checksums, lengths, directories, words.
import { crc32 } from '../../../packages/checksum/dist/index.js';
import { changeBytes, pick } from './mutate.mjs';

/** Chunks of a PNG: one is changed, left out, doubled or moved, and has the right checksum again. */
export function pngChunks(bytes, random, corpus) {
  const chunks = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    if (at + 12 + length > bytes.length) break;
    chunks.push(bytes.subarray(at + 4, at + 8 + length));
    at += 12 + length;
  }
  if (chunks.length === 0) return changeBytes(bytes, random, corpus);
  const i = Math.floor(random() * chunks.length);
  const how = random();
  if (how < 0.6) {
    const data = changeBytes(Buffer.from(chunks[i].subarray(4)), random, corpus);
    const type =
      random() < 0.1 ? pick(random, ['PLTE', 'tRNS', 'IDAT', 'eXIf']) : chunks[i].toString('latin1', 0, 4);
    chunks[i] = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  } else if (how < 0.75) chunks.splice(i, 1);
  else chunks.splice(Math.floor(random() * chunks.length), 0, chunks[i]);
  return Buffer.concat([bytes.subarray(0, 8), ...chunks.map(framed)]);
}

function framed(chunk) {
  const out = Buffer.alloc(chunk.length + 8);
  out.writeUInt32BE(chunk.length - 4);
  chunk.copy(out, 4);
  out.writeUInt32BE(crc32(chunk), chunk.length + 4);
  return out;
}

/** A stored entry of a zip archive: its content changes, and its checksums with it, or a field of the directory. */
export function zipEntry(bytes, random, corpus) {
  const entries = [];
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0 && at + 46 <= bytes.length; ) {
    entries.push(at);
    at = bytes.indexOf('PK\x01\x02', at + 46);
  }
  if (entries.length === 0) return changeBytes(bytes, random, corpus);
  const entry = pick(random, entries);
  if (random() < 0.3) {
    const field = pick(random, [8, 10, 16, 20, 24, 28, 30, 42]);
    bytes.writeUInt16LE(pick(random, [0, 1, 8, 0xffff, 255]), entry + field);
    return bytes;
  }
  const local = bytes.readUInt32LE(entry + 42);
  if (local + 30 > bytes.length) return bytes;
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const end = start + bytes.readUInt32LE(entry + 24);
  if (end > bytes.length || start === end) return changeBytes(bytes, random, corpus);
  const content = changeBytes(Buffer.from(bytes.subarray(start, end)), random, corpus).subarray(
    0,
    end - start,
  );
  content.copy(bytes, start);
  bytes.writeUInt32LE(crc32(bytes.subarray(start, end)), entry + 16);
  return bytes;
}

/** The header of a slice store, whose text has a checksum. */
export function storeHeader(bytes, random, corpus) {
  if (bytes.length < 4096 || bytes.readUInt32LE(12) > 4080) return changeBytes(bytes, random, corpus);
  const text = bytes.subarray(16, 16 + bytes.readUInt32LE(12));
  const changed = words(text, random, corpus).subarray(0, 4080);
  bytes.fill(0, 16, 4096);
  changed.copy(bytes, 16);
  bytes.writeUInt32LE(changed.length, 12);
  bytes.writeUInt32LE(crc32(changed), 8);
  return bytes;
}

/** Words and marks that mean something in texts: YAML, JSON, CSV, XML, headers of HTTP. */
const WORDS = [
  ...'0 -1 1e400 1e9 NaN null true "" [] {} ~ .inf __proto__ constructor toString 患者 😀 & &a *a <<: !!binary ?'.split(
    ' ',
  ),
  ...'" \' , : ; [ ] { } | # % = < />'.split(' '),
  ...['\0', '\ufeff', '\ud800', '\r', '\n', '\t', '  ', '- ', '9'.repeat(400)],
];

/** A text: a word or mark of it becomes another, is doubled, or goes. */
export function words(bytes, random) {
  const tokens = bytes.toString('utf8').match(/[\p{L}\p{N}_.+-]+|\s+|./gsu) ?? [''];
  const i = Math.floor(random() * tokens.length);
  const how = random();
  if (how < 0.5) tokens[i] = pick(random, WORDS);
  else if (how < 0.65) tokens[i] = pick(random, tokens);
  else if (how < 0.8) tokens.splice(i, 1 + Math.floor(random() * 5));
  else
    tokens.splice(
      Math.floor(random() * tokens.length),
      0,
      ...tokens.slice(i, i + 1 + Math.floor(random() * 20)),
    );
  return Buffer.from(tokens.join(''));
}

/** Opcodes of a pickle that make, copy or call something, with what belongs to them; a space parts them. */
const OPCODES = (
  '( ) ] } t e u a s 0 1 2 N R b Q . K\x05 M\xff\xff J\xff\xff\xff\x7f q\x00 h\x00 h\x01 h\x02 \x85 \x86 \x87 \x81 \x8f \x90 \x94 \x93 ' +
  'X\x03\x00\x00\x00abc ctorch\nSize\n c_codecs\nencode\n cbuiltins\nset\n ccollections\nOrderedDict\n cnumpy\ndtype\n'
).split(' ');

/** A pickle: an opcode is put in. */
export function opcodes(bytes, random) {
  const at = Math.floor(random() * bytes.length);
  const times = random() < 0.05 ? 5000 : 1;
  const opcode = Buffer.from(pick(random, OPCODES).repeat(times), 'latin1');
  return Buffer.concat([bytes.subarray(0, at), opcode, bytes.subarray(at + (random() < 0.5 ? 1 : 0))]);
}

/** A dataset of DICOM, its lengths as they were: the value of an element changes, or its tag or representation. */
export function dicomElement(bytes, random, corpus) {
  const places = [];
  for (let at = 132; at + 8 <= bytes.length; ) {
    places.push(at);
    const vr = bytes.toString('latin1', at + 4, at + 6);
    const isLong = /OB|OD|OF|OL|OV|OW|SQ|UC|UN|UR|UT/.test(vr) && at + 12 <= bytes.length;
    const length = isLong ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6);
    at += (isLong ? 12 : 8) + (length === 0xffffffff ? 0 : length);
  }
  if (places.length < 2) return changeBytes(bytes, random, corpus);
  const i = Math.floor(random() * (places.length - 1));
  const [from, to] = [places[i], places[i + 1]];
  const how = random();
  if (how < 0.15) return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  if (how < 0.3) return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to)]);
  const head = Math.min(8, to - from);
  const value = changeBytes(Buffer.from(bytes.subarray(from + head, to)), random, corpus);
  const fixed = Buffer.alloc(to - from - head);
  value.copy(fixed);
  return Buffer.concat([bytes.subarray(0, from + head), fixed, bytes.subarray(to)]);
}
