/** Specific Character Set (PS3.3, C.12.1.1.2) as Node.js names it. Code extensions are read as their last one. */
const CHARSETS: readonly [pattern: RegExp, name: string][] = [
  [/192/, 'utf-8'],
  [/GB18030|GBK|IR 58/, 'gb18030'],
  [/IR 149/, 'euc-kr'],
  [/IR 13|IR 87|IR 159/, 'shift_jis'],
  [/IR 101/, 'iso-8859-2'],
  [/IR 109/, 'iso-8859-3'],
  [/IR 110/, 'iso-8859-4'],
  [/IR 144/, 'iso-8859-5'],
  [/IR 127/, 'iso-8859-6'],
  [/IR 126/, 'iso-8859-7'],
  [/IR 138/, 'iso-8859-8'],
  [/IR 148/, 'iso-8859-9'],
  [/IR 166/, 'windows-874'],
];

/** Escape sequences that switch between sets: the decoders above need none of them. */
const ESCAPES = new RegExp(`${String.fromCharCode(0x1b)}(?:\\$[()]?.|[()-/].)`, 'g');

/**
 * Decodes a text of a file. Files often do not say their character set: bytes that are UTF-8 are read as that, others as Latin-1.
 *
 * @param charset The value of (0008,0005), as it stands there.
 */
export function decodeText(bytes: Uint8Array, charset: string): string {
  const name = CHARSETS.find(([pattern]) => pattern.test(charset))?.[1];
  if (name !== undefined) return new TextDecoder(name).decode(bytes).replace(ESCAPES, '');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}
