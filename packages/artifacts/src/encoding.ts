/** A double-byte encoding: which pairs of bytes are characters, and which of these are common in it. */
interface DoubleByte {
  readonly name: string;
  isPair(lead: number, trail: number): boolean;
  isCommon(lead: number, trail: number): boolean;
  /** Bytes above 0x7F that are characters by themselves. */
  isSingle?(byte: number): boolean;
}

const within = (byte: number, first: number, last: number): boolean => byte >= first && byte <= last;

/**
 * Encodings in which a spreadsheet in East Asia saves a table. A text is hardly ever valid in one alone, but the characters of
 * daily use have their own rows of each: level 1 of GB2312, of Big5, and of JIS with kana; in each punctuation is beside them.
 */
const DOUBLE_BYTE: readonly DoubleByte[] = [
  {
    name: 'GBK / GB18030',
    isPair: (lead, trail) => within(lead, 0x81, 0xfe) && within(trail, 0x40, 0xfe) && trail !== 0x7f,
    isCommon: (lead, trail) => trail >= 0xa1 && (within(lead, 0xb0, 0xd7) || within(lead, 0xa1, 0xa3)),
  },
  {
    name: 'Big5',
    isPair: (lead, trail) =>
      within(lead, 0x81, 0xfe) && (within(trail, 0x40, 0x7e) || within(trail, 0xa1, 0xfe)),
    isCommon: (lead) => within(lead, 0xa1, 0xc6),
  },
  {
    name: 'Shift-JIS',
    isPair: (lead, trail) =>
      (within(lead, 0x81, 0x9f) || within(lead, 0xe0, 0xfc)) && within(trail, 0x40, 0xfc) && trail !== 0x7f,
    isCommon: (lead, trail) =>
      within(lead, 0x88, 0x97) ||
      lead === 0x81 ||
      (lead === 0x82 && trail >= 0x4f) ||
      (lead === 0x83 && trail <= 0x96),
    isSingle: (byte) => within(byte, 0xa1, 0xdf),
  },
];

/** Of the characters beyond ASCII, the share that is common in the encoding; 0 where the bytes are not valid in it. */
function commonShare(bytes: Uint8Array, { isPair, isCommon, isSingle }: DoubleByte): number {
  let common = 0;
  let total = 0;
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i] ?? 0;
    if (lead < 0x80) continue;
    total++;
    if (isSingle?.(lead) === true) continue;
    const trail = bytes[++i] ?? 0;
    if (isCommon(lead, trail) && isPair(lead, trail)) common++;
    // GB18030 has characters of four bytes, of which the second and the fourth are digits.
    else if (
      within(trail, 0x30, 0x39) &&
      (bytes[i + 1] ?? 0) >= 0x81 &&
      within(bytes[i + 2] ?? 0, 0x30, 0x39)
    )
      i += 2;
    else if (!isPair(lead, trail)) return 0;
  }
  return total === 0 ? 0 : common / total;
}

/** Below this share of common characters a text is in no encoding known here. */
const LIKELY = 0.7;

/**
 * Names the likeliest encoding of bytes that are not UTF-8: UTF-16, GBK, Big5, Shift-JIS or Windows-1252.
 *
 * @returns null when none is likely.
 */
export function guessEncoding(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16 LE';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16 BE';
  // Tables and settings have ASCII in them, of which UTF-16 makes every second byte 0.
  if (bytes.includes(0)) return bytes.indexOf(0) % 2 === 0 ? 'UTF-16 BE' : 'UTF-16 LE';
  if (hasLoneLettersOnly(bytes)) return 'Windows-1252 (Latin-1)';
  const shares = DOUBLE_BYTE.map((encoding) => commonShare(bytes, encoding));
  const best = Math.max(...shares);
  return best < LIKELY ? null : (DOUBLE_BYTE[shares.indexOf(best)]?.name ?? null);
}

/** Whether every byte above 0x7F is an accented letter of Windows-1252 that stands alone. */
function hasLoneLettersOnly(bytes: Uint8Array): boolean {
  return bytes.every((byte, i) => byte < 0x80 || (byte >= 0xc0 && (bytes[i + 1] ?? 0) < 0x80));
}

/** Labels by which `TextDecoder` knows the encodings in which tables are read. */
const READ: Readonly<Record<string, string>> = {
  'UTF-16 LE': 'utf-16le',
  'UTF-16 BE': 'utf-16be',
  'GBK / GB18030': 'gb18030',
};

/** The text of a table in UTF-16 or GB18030; null in another encoding, or where its bytes are not valid. */
export function decodeTable(bytes: Uint8Array): string | null {
  const label = READ[guessEncoding(bytes) ?? ''];
  if (label === undefined) return null;
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
