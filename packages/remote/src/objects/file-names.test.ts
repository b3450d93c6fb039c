import { expect, test } from 'vitest';
import { fileNames } from './file-names.ts';

const names = (...keys: string[]) =>
  fileNames(
    keys.map((key) => ({ key, size: 1, etag: 'x', stored: 0 })),
    'p',
    'bucket',
  );

const ODD: Record<string, readonly string[]> = {
  'a way up': ['p/../../up.png'],
  'an absolute path': ['p//etc/passwd'],
  'a backslash': ['p/a\\b.png'],
  'a device of Windows': ['p/con.png'],
  'a dot at the end': ['p/a.'],
  'a line break': ['p/a\nb.png'],
  'a colon': ['p/a:b.png'],
  'two names that differ in case': ['p/A.png', 'p/a.png'],
  'folders that differ in case': ['p/JM/a.png', 'p/jm/b.png'],
  'two Unicode forms': ['p/é.png', 'p/e\u0301.png'],
  'a file and a folder': ['p/a', 'p/a/b.png'],
};

test.each(Object.entries(ODD))('a key that no folder could hold everywhere is refused: %s', (_, keys) => {
  expect(() => names('p/0.png', ...keys)).toThrow(
    expect.objectContaining({
      code: 'E_S3_OBJECT',
      exitCode: 3,
      message: expect.stringMatching(/cannot become a file: .*s3:\/\/bucket\/p/s),
    }),
  );
});

test('names of files and folders that are apart are kept', () => {
  const found = names('p/JM/grade0/1/A/肝 1.png', 'p/JM/grade0/1/P/肝 1.png', 'p/a', 'p/ab/a');
  expect([...found.keys()]).toEqual(['JM/grade0/1/A/肝 1.png', 'JM/grade0/1/P/肝 1.png', 'a', 'ab/a']);
});
