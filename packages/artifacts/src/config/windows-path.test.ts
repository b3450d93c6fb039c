import { onPosix } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { refuseAddresses } from '../object-place.ts';
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

test.each(['https://x.org/d', 'gs://bucket/d', 'file:///data', 's3:/bucket', 'abfss://c@a/d'])(
  '%s is refused as a data root, with what can be one',
  (address) => {
    const config = defaultConfig();
    config.data.root_dir = address;
    expect(() => refuseForeignPlaces(config)).toThrow(
      /cannot be used: only folders and s3:\/\/BUCKET\/PREFIX can be named here \(data\.root_dir\)/,
    );
  },
);

test('addresses of objects are taken where they can be, and nowhere else', () => {
  const config = defaultConfig();
  for (const address of ['s3://bucket/prefix', 'S3://bucket']) {
    config.data.root_dir = address;
    config.experiment.copy_to = address;
    expect(() => refuseForeignPlaces(config)).not.toThrow();
  }
  config.data.table_columns = ['label=Diagnosis'];
  config.experiment.output_dir = 's3://bucket/outputs';
  expect(() => refuseForeignPlaces(config)).toThrow(
    /only files and folders of this machine can be named here \(experiment\.output_dir\)\. Only data\.root_dir/,
  );
  expect(() => refuseAddresses({ '--checkpoint': ['A=https://x.org/a.pth'] })).toThrow(/of this machine/);
  expect(() => refuseAddresses({ '--set': ['data.root_dir=s3://bucket'], n: 3 })).not.toThrow();
});
