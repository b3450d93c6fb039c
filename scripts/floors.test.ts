/**
 * Rooms of a package import downwards only: ARCHITECTURE.md draws the packages and their floors, these tests hold both to it. Import
 * cycles and undeclared packages are the linter's. dependency-cruiser, which is made for this, asks for Node.js 22.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const top = fileURLToPath(new URL('..', import.meta.url));

const architecture = readFileSync(join(top, 'ARCHITECTURE.md'), 'utf8');

/** Each package with those behind its arrow. */
function drawnPackages(): (readonly [folder: string, uses: string[]])[] {
  const [, drawing = ''] = /```\n(packages\/[\s\S]*?)\n```/.exec(architecture) ?? [];
  return drawing.split(/\n(?=\S)/).flatMap((entry) => {
    const folder = /^(?:packages|apps)\/\w+/.exec(entry)?.[0];
    const [, uses = ''] = entry.replace(/\([^)]*\)/g, '').split('→');
    return folder === undefined ? [] : [[folder, uses.match(/\w+/g) ?? []]];
  });
}

test('the drawing of the packages has each, and what it depends on', () => {
  const folders = ['packages', 'apps'].flatMap((above) =>
    readdirSync(join(top, above)).map((name) => `${above}/${name}`),
  );
  const declared = folders.map((folder): [string, string[]] => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(top, folder, 'package.json'), 'utf8'));
    const uses = Object.keys(dependencies).flatMap((name) => /^@radweave\/(.*)/.exec(name)?.[1] ?? []);
    return [folder, uses.sort()];
  });
  const drawn = drawnPackages().map(([folder, uses]): [string, string[]] => [folder, uses.sort()]);
  expect(Object.fromEntries(drawn)).toEqual(Object.fromEntries(declared));
});

test('every room that is a folder has a line that says what it is', () => {
  const rows = architecture.match(/^\| `\w+\/\w+`.*$/gm) ?? [];
  const told = rows.flatMap((row) => {
    const names = [...(row.split('|')[1] ?? '').matchAll(/`([\w/]+)`/g)].map(([, name = '']) => name);
    const [home = ''] = names[0]?.split('/') ?? [];
    return names.map((name) => (name.includes('/') ? name : `${home}/${name}`));
  });
  const rooms = [...drawnFloors()].flatMap(([name, floors]) =>
    [...floors.keys()].flatMap((room) =>
      existsSync(join(top, 'packages', name, 'src', room)) ? [`${name}/${room}`] : [],
    ),
  );
  expect(told.sort()).toEqual(rooms.sort());
});

/** The floor of each room, from the ground up. */
type Floors = ReadonlyMap<string, number>;

/** Reads the lines `package: room < room · room < room` of the drawing. */
function drawnFloors(): Map<string, Floors> {
  const [, drawing = ''] = /```floors\n([^`]*)```/.exec(architecture) ?? [];
  const lines = drawing.split('\n').filter((line) => line.includes(':'));
  return new Map(
    lines.map((line) => {
      const [name = '', floors = ''] = line.split(':');
      const rooms = floors.split('<').flatMap((floor, height) => {
        const names = floor.split('·').map((room) => room.trim());
        return names.map((room): [string, number] => [room, height]);
      });
      return [name.trim(), new Map(rooms)];
    }),
  );
}

/** A file beside the folders is a room too; the index is the door. */
const isRoom = (name: string): boolean => !/^index\.ts$|\.test\.|^(testing|testdata)$/.test(name);

/** Imports from one room of a package to another, in files that are shipped. */
function importsBetweenRooms(source: string): { file: string; from: string; to: string }[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const roomOf = (path: string): string => (path.split(sep)[0] ?? '').replace(/\.ts$/, '');
  return files
    .filter((file) => file.endsWith('.ts') && !/\.test\.|^testing/.test(file) && file !== 'index.ts')
    .flatMap((file) => {
      const text = readFileSync(join(source, file), 'utf8');
      const paths = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
        resolve(source, dirname(file), path),
      );
      const from = roomOf(file);
      return paths
        .map((path) => ({ file, from, to: roomOf(relative(source, path)) }))
        .filter(({ to }) => to !== from);
    });
}

test.each([...drawnFloors()])('rooms of %s import downwards only', (name, floors) => {
  const source = join(top, 'packages', name, 'src');
  const imports = importsBetweenRooms(source);
  expect(imports.length).toBeGreaterThan(0);
  const upward = imports.filter(({ from, to }) => !((floors.get(to) ?? Infinity) < (floors.get(from) ?? -1)));
  expect(upward).toEqual([]);
  const rooms = readdirSync(source).filter(isRoom);
  expect(rooms.map((room) => room.replace(/\.ts$/, '')).sort()).toEqual([...floors.keys()].sort());
});

test('the drawing has every package with several rooms above one another', () => {
  const drawn = [
    'native',
    'study',
    'network',
    'analysis',
    'importing',
    'imaging',
    'remote',
    'models',
    'report',
    'pipeline',
  ];
  expect([...drawnFloors().keys()]).toEqual(drawn);
});
