import {
  type Config,
  idOf,
  isWithin,
  type KeyedPatient,
  readExclusions,
  realPlace,
  replaceFolderAtomic,
  SPLITS,
  splitFiles,
  UsageError,
} from '@radweave/artifacts';
import { existsSync, readdirSync } from '@radweave/artifacts/files';
import { readCohort } from '@radweave/study/cohort/read-cohort';
import { type StageContext, say, stopIfAsked, warn } from '@radweave/study/context/events';
import { writeWithout } from '../share/deidentify.ts';
import { Identifiers } from '../share/identifiers.ts';
import { filesBelow, lookAt, type Told, toldBy } from '../share/look.ts';
import { pseudonymsOf } from '../share/pseudonyms.ts';

export interface ShareOptions {
  config: Config;
  /** File or folder that is to be handed on. */
  path: string;
  /** Where to write it under pseudonyms; null where it is only looked at. */
  to: string | null;
}

/** What `audit --share` found. */
export interface ShareResult {
  /** What was looked at: the copy, where one was written. */
  path: string;
  files: number;
  told: Told[];
  /** Files of which no copy without IDs can be made; of a plan for workers its folder. */
  leftOut: string[];
  /** The table that leads back from the pseudonyms; null where none were given. */
  pseudonyms: string | null;
}

/**
 * Looks for what a file, or the files of a folder, would tell of patients, places and people, and, where asked, writes a copy of
 * the folder under pseudonyms and looks at that.
 *
 * @throws UsageError when there is no such file, or a folder for the copy that holds something.
 */
export async function share(options: ShareOptions, context: StageContext): Promise<ShareResult> {
  const { config, path, to } = options;
  if (!existsSync(path)) {
    throw new UsageError('E_FILE_MISSING', 'there is no such file or folder', {
      where: path,
      hint: 'Check --share',
    });
  }
  const patients = patientsOfStudy(config);
  if (patients.length === 0) {
    warn(
      context,
      `There are no patients in ${config.data.splits_dir}: no ID is known. Name the folder of the splits with --splits_dir.`,
    );
  }
  const words = patients.map(idOf).filter((id) => WORDS.has(id.toLowerCase()));
  if (words.length > 0) tellWords(words, to !== null, context);
  const identifiers = new Identifiers(patients, config);
  if (to === null) return { path, ...look(path, identifiers, context), leftOut: [], pseudonyms: null };
  refusePlace(path, to);
  const { names, table } = pseudonymsOf(patients, config);
  const leftOut = new Set<string>();
  await replaceFolderAtomic(to, (staging) => {
    for (const file of filesBelow(path)) {
      stopIfAsked(context, 'the copy');
      const looked = lookAt(path, file, identifiers);
      const isWritten = writeWithout(looked, staging, names, identifiers);
      if (!isWritten) leftOut.add(looked.plan ?? looked.name);
    }
  });
  say(context, `Who is who stands in ${table}: keep it.`);
  return { path: to, ...look(to, identifiers, context), leftOut: [...leftOut], pseudonyms: table };
}

/** Words that files of results have as names, headers and values. */
const WORDS: ReadonlySet<string> = new Set([
  ...SPLITS,
  ...[
    'all',
    'class',
    'evaluation',
    'features',
    'false',
    'fused',
    'fusion',
    'grade',
    'hospital',
    'label',
    'mean',
    'metrics',
  ],
  ...[
    'model',
    'network',
    'no',
    'none',
    'null',
    'patient',
    'predictions',
    'probability',
    'slice',
    'slices',
    'stacked',
    'true',
    'yes',
  ],
]);

/** @throws UsageError where a copy is to be written: in it these words would be other ones everywhere. */
function tellWords(words: readonly string[], isCopied: boolean, context: StageContext): void {
  const what = `these patient IDs are also ordinary words in the results: ${words.join(', ')}`;
  if (!isCopied) {
    warn(context, `${what}; so some of the places listed do not name a patient.`);
    return;
  }
  throw new UsageError('E_DEIDENTIFY', `${what}, so a copy could not replace the IDs alone`, {
    hint: 'Rename the folders of these patients, and run the study again',
  });
}

function look(
  path: string,
  identifiers: Identifiers,
  context: StageContext,
): Pick<ShareResult, 'files' | 'told'> {
  const files = filesBelow(path);
  const told: Told[] = [];
  for (const [done, file] of files.entries()) {
    stopIfAsked(context, 'the audit');
    told.push(...toldBy(lookAt(path, file, identifiers)));
    context.emit({ kind: 'progress', task: 'reading', done: done + 1, total: files.length });
  }
  return { files: files.length, told };
}

/** A copy within what is copied would copy itself, and one over other files would remove them. */
function refusePlace(path: string, to: string): void {
  const isInside = isWithin(realPlace(to), realPlace(path));
  const isFull = existsSync(to) && readdirSync(to).length > 0;
  if (!isInside && !isFull) return;
  throw new UsageError(
    'E_DEIDENTIFY',
    isInside
      ? 'the folder for the copy lies in the folder that is copied'
      : 'the folder for the copy is not empty',
    {
      where: to,
      hint: 'Give --deidentify a new folder beside it',
    },
  );
}

/**
 * Everybody a study knows, those too whom it left out.
 *
 * @throws DataError when the split is torn: who is missing in its files would not be found in others.
 */
function patientsOfStudy({ data }: Pick<Config, 'data'>): KeyedPatient[] {
  const { exclusions } = splitFiles(data.splits_dir);
  const used = readCohort(data, data.modalities)?.patients ?? [];
  const left = existsSync(exclusions) ? readExclusions(exclusions) : [];
  const all = [...used, ...left].map(({ patient, hospital }) => ({ patient, hospital }));
  return [...new Map(all.map((one) => [one.patient, one])).values()];
}
