import { DataError } from '@radweave/artifacts';
import type { StageResult } from '@radweave/pipeline';
import { counted } from '@radweave/remarks';
import { paragraph } from '../terminal-width.ts';
import type { Presenter } from './presenter.ts';

/** Differences of one file that are printed; `--json` has all. */
const SHOWN = 10;

export const presenter: Presenter<'verify'> = { text: summary, fault };

function fault({ compared, differences, missing, run }: StageResult<'verify'>): DataError | null {
  if (compared.length === 0) {
    return new DataError('E_VERIFY', 'no part of this run could be verified', {
      where: run,
      hint: 'Name the output folder of a run: radweave verify FOLDER',
    });
  }
  const wrong = [
    ...(differences.length === 0
      ? []
      : [
          `${counted(differences.length, 'difference')} between what the run saved and what was computed again`,
        ]),
    ...(missing.length === 0
      ? []
      : [
          `${counted(missing.length, 'file')} or value${missing.length === 1 ? ' of the run is' : 's of the run are'} missing`,
        ]),
  ];
  if (wrong.length === 0) return null;
  return new DataError('E_VERIFY', wrong.join(', and '), {
    where: run,
    hint:
      'Restore the files that are named; name folders that were moved with --root_dir, --splits_dir, --feature_dir or ' +
      '--fusion_dir. What single commands, such as radweave fuse, made after the run with other settings is not in its ' +
      'record: radweave run makes those steps again with the settings of the run',
  });
}

function summary({ compared, differences, missing, unverified, remarks }: StageResult<'verify'>): string {
  const files = [...new Set(differences.map(({ file }) => file))];
  const shown = files.flatMap((file) => {
    const own = differences.filter((one) => one.file === file);
    const lines = own.slice(0, SHOWN).map(({ row, column, saved, now }) => {
      const place = [file, row, column].filter((part) => part !== '').join(', ');
      return `DIFFERENT ${place}: saved ${saved}, now ${now}`;
    });
    const more = own.length - lines.length;
    return more === 0 ? lines : [...lines, `DIFFERENT ${file}: and ${more} more (--json lists all)`];
  });
  return [
    ...compared.map((text) => paragraph(`compared  ${text}`)),
    ...missing.map((text) => paragraph(`MISSING ${text}`)),
    ...unverified.map((text) => paragraph(`not verified: ${text}`)),
    ...remarks.map((text) => paragraph(`remark: ${text}`)),
    ...shown.map((text) => paragraph(text)),
    `${differences.length === 0 ? 'No differences' : counted(differences.length, 'difference')} in ${counted(compared.length, 'comparison')}` +
      `${missing.length === 0 ? '' : `; ${missing.length} missing`}.`,
    '',
  ].join('\n');
}
