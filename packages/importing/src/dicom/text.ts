/** Specific Character Set (PS3.3, C.12.1.1.2) as Node.js names it; of several, that of the bytes above 0x7F until a text switches to another. */
const CHARSETS: readonly [pattern: RegExp, name: string][] = [
  [/192/, 'utf-8'],
  [/GB18030|GBK|IR 58/, 'gb18030'],
  [/IR 149/, 'euc-kr'],
  [/IR (?:13|87|159)\b/, 'shift_jis'],
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

/** Sets of the bytes above 0x7F that escape sequences of ISO 2022 switch to (PS3.3, C.12.1.1.2). */
const HIGH: Readonly<Record<string, string>> = {
  '$)C': 'euc-kr',
  '$)A': 'gb18030',
  ')I': 'shift_jis',
  '-A': 'latin1',
  '-B': 'iso-8859-2',
  '-C': 'iso-8859-3',
  '-D': 'iso-8859-4',
  '-F': 'iso-8859-7',
  '-G': 'iso-8859-6',
  '-H': 'iso-8859-8',
  '-L': 'iso-8859-5',
  '-M': 'iso-8859-9',
  '-T': 'windows-874',
};
/** Sets of pairs of bytes below 0x80, as EUC-JP holds them: with their high bits, the second set behind a byte of its own. */
const PAIRS: Readonly<Record<string, readonly number[]>> = { $B: [], '$@': [], '$(D': [0x8f] };

const ESCAPE = new RegExp(`${String.fromCharCode(0x1b)}(\\$[()]?.|[()-].)`);

/**
 * Decodes a text of a file. Files often do not say their character set: bytes that are UTF-8 are read as that, others as Latin-1.
 *
 * @param charset The value of (0008,0005), as it stands there.
 */
export function decodeText(bytes: Uint8Array, charset: string): string {
  const name = CHARSETS.find(([pattern]) => pattern.test(charset))?.[1];
  if (bytes.includes(0x1b)) return switched(bytes, name ?? 'latin1');
  if (name !== undefined) return new TextDecoder(name).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

/** A text with escape sequences: they stand between its parts. */
function switched(bytes: Uint8Array, first: string): string {
  const [start = '', ...parts] = Buffer.from(bytes).toString('latin1').split(ESCAPE);
  let high = first;
  let text = new TextDecoder(high).decode(Buffer.from(start, 'latin1'));
  for (let i = 0; i < parts.length; i += 2) {
    const [to = '', part = ''] = [parts[i], parts[i + 1]];
    high = HIGH[to] ?? high;
    const pairs = PAIRS[to];
    const own = Buffer.from(part, 'latin1');
    text += pairs === undefined ? new TextDecoder(high).decode(own) : inPairs(own, pairs);
  }
  return text;
}

function inPairs(bytes: Uint8Array, before: readonly number[]): string {
  const raised = Array.from({ length: bytes.length >> 1 }, (_, i) => [
    ...before,
    (bytes[2 * i] as number) | 0x80,
    (bytes[2 * i + 1] as number) | 0x80,
  ]);
  return new TextDecoder('euc-jp').decode(Uint8Array.from(raised.flat()));
}
