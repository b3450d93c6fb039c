import { DataError } from '@radweave/artifacts';
import type { StageResult } from '@radweave/pipeline';
import { counted } from '@radweave/remarks';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

/** Files of a table; `--json` has all. */
const SHOWN = 40;

export const presenter: Presenter<'share'> = { text: summary, fault };

function fault({ told, path }: StageResult<'share'>): DataError | null {
  if (told.length === 0) return null;
  return new DataError('E_IDENTIFYING', `${identifying(told)} a person or a place`, {
    where: path,
    hint: 'Do not hand these on as they are: leave them out, or write a copy with --deidentify FOLDER',
  });
}

function summary({ path, files, told, leftOut, pseudonyms }: StageResult<'share'>): string {
  const rows = told
    .slice(0, SHOWN)
    .map(({ file, what, count, example }) => [file || path, what, count, shortened(example)]);
  const more = told.length > SHOWN ? [`and ${told.length - SHOWN} more (--json lists all)`] : [];
  return [
    ...(rows.length === 0 ? [] : [table(['file', 'tells', 'times', 'such as'], rows), ...more, '']),
    ...leftOut.map((file) => `left out: ${file}`),
    `Looked at ${counted(files, 'file')}; ${identifying(told)} a person or a place: ${path}`,
    ...(pseudonyms === null ? [] : [`Who is who: ${pseudonyms}`]),
    '',
  ].join('\n');
}

function identifying(told: StageResult<'share'>['told']): string {
  const files = new Set(told.map(({ file }) => file)).size;
  if (files === 0) return 'none identifies';
  return `${counted(files, 'file')} ${files === 1 ? 'identifies' : 'identify'}`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
