/** An element: its opening tag and what is between that and the closing one. */
export interface Element {
  readonly tag: string;
  readonly inner: string;
}

/**
 * The elements of a name, in order, whatever prefix their namespace has; such as lie in one another are not told apart, which
 * the parts of a workbook that are read here do not have.
 */
export function* elements(xml: string, name: string): Generator<Element> {
  const open = new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^<>]*|/)?>`, 'g');
  for (let match = open.exec(xml); match !== null; match = open.exec(xml)) {
    const [tag] = match;
    if (tag.endsWith('/>')) {
      yield { tag, inner: '' };
      continue;
    }
    const prefix = /^<((?:[\w-]+:)?)/.exec(tag)?.[1] ?? '';
    const end = xml.indexOf(`</${prefix}${name}`, open.lastIndex);
    if (end === -1) return;
    yield { tag, inner: xml.slice(open.lastIndex, end) };
    open.lastIndex = end;
  }
}

export function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}=(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return value === null ? undefined : plainText(value[1] ?? value[2] ?? '');
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text with its entities, and Excel's `_x000D_`, as the characters that they stand for. */
export function plainText(xml: string): string {
  return xml
    .replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/_x([\dA-F]{4})_/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
