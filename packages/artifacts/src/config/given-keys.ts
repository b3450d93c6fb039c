import { isMap, isScalar, parseDocument } from 'yaml';
import { readText } from '../text.ts';

/** The `section.key` paths that a configuration file itself sets, defaults aside. */
export function configKeysIn(path: string): string[] {
  const { contents } = parseDocument(readText(path), { merge: true });
  if (!isMap(contents)) return [];
  return contents.items.flatMap(({ key: section, value }) =>
    isScalar(section) && isMap(value)
      ? value.items.flatMap(({ key }) => (isScalar(key) ? [`${section.value}.${key.value}`] : []))
      : [],
  );
}
