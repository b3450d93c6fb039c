/** Maps whose keys are names of the user's, such as modalities. */
const BY_USERS_NAMES = ['slices', 'modalities', 'runs'];

/**
 * A result of the library with names as files and flags have them: `outputDir` becomes `output_dir`. Names of the user's stay as
 * they are, and so do names that are not in camel case.
 */
export function fileNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fileNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      BY_USERS_NAMES.includes(key) ? ofUsersNames(inner) : fileNames(inner),
    ]),
  );
}

function ofUsersNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fileNames(value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fileNames(inner)]));
}

/** What `--json` prints of a result: one line. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(fileNames(value))}\n`;
}
