/** Radweave's own version; one place, checked against package.json by a test. */
export const RADWEAVE_VERSION = '0.1.0';

/** What a record was made with that no tensor was computed for. */
export function programVersions(): Record<string, string> {
  return { radweave: RADWEAVE_VERSION, node: process.version };
}
