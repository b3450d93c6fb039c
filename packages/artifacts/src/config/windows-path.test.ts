import { onPosix } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { defaultConfig } from './parse.ts';
import { refuseForeignPlaces, refuseWindowsPaths } from './windows-path.ts';

test.each(['D:\\outputs\\x', 'd:/data', '\\\\server\\share', 'A=C:\\a.pth'])(
  '%s is a Windows path',
  (path) => {
    expect(() => refuseWindowsPaths({ '--root_dir': path }, 'linux')).toThrow(
      /is a Windows path, but this computer runs Linux \(--root_dir\)\. Give the place as this system names it/,
    );
    expect(() => refuseWindowsPaths({ root: ['x', path] }, 'darwin')).toThrow(/macOS/);
    expect(() => refuseWindowsPaths({ root: path }, 'win32')).not.toThrow();
  },
);

test.each(['/data', 'raw', '../x', 'https://d:8080/x', 'DU:1', 'a\\b', 3, null, undefined])(
  '%s is none',
  (value) => {
    expect(() => refuseWindowsPaths({ value }, 'linux')).not.toThrow();
  },
);

onPosix('a configuration is looked through key by key', () => {
  const config = defaultConfig();
  expect(() => refuseForeignPlaces(config)).not.toThrow();
  config.experiment.output_dir = 'D:\\outputs\\x';
  expect(() => refuseForeignPlaces(config)).toThrow(
    /'D:\\outputs\\x' is a Windows path.*experiment\.output_dir/,
  );
});

test.each(['C:\new\table', 'A=d:/x\tb'])('%j lost its backslashes, on every system', (path) => {
  for (const platform of ['linux', 'win32']) {
    expect(() => refuseWindowsPaths({ 'data.root_dir': path }, platform)).toThrow(
      /^'.*' has a line break or a tab, as \\n and \\t become in double quotes \(data\.root_dir\)\. Write .*single quotes/,
    );
  }
});
