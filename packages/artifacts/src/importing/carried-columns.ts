import { plain } from '../find-columns.ts';
import { type CohortTable, isCalled, type TableRole } from '../splits/cohort-table.ts';

/** What a table says of a patient beside label and pseudonym: of a visit, where it has a row for each. */
export interface ToldRow {
  readonly patient: string;
  readonly hospital: string;
  /** By the names of the columns. */
  readonly cells: Readonly<Record<string, string>>;
}

/** Columns of a table that an import hands on, and those that it keeps back because they may tell who somebody is. */
export interface CarriedColumns {
  readonly carried: readonly { readonly name: string; readonly at: number }[];
  readonly keptBack: readonly string[];
  /** How many hold something and have no name. */
  readonly nameless: number;
}

/** What an import writes itself, under these names. */
const OWN = ['patient_id', 'hospital', 'label', 'split', 'visit'];

/** Columns that an import has read, and that mean nothing beside its slices. */
const READ: readonly TableRole[] = ['patient', 'hospital', 'label', 'image', 'modality'];

/** Names of columns that say who somebody is, without the signs between words. */
const IDENTITY: readonly RegExp[] = [
  /^(?:patients?|pat|subjects?|first|last|middle|full|given|family|sur|fore|vor|nach)*name$|initials/,
  /birth(?!weight)|^dob$|geburt|geboren|address|adresse|postcode|^zip|phone|telefon|mobile|e?mail$/,
  /^mrn|medicalrecord|recordn|casen|fallnummer|accession|admissionn|insurance|versichert|passport|socialsecurity|^ssn$|idcard|nationalid|nhsn|uid$/,
  /姓名|名字|出生|生日|身份证|电话|手机|地址|住址|邮箱|病[历案]号|门诊号|住院号|检查号|影像号|登记号|医保|社保|护照|联系|家属|亲属|受检者|微信|邮编|床号|医[生师]/,
  /^tel$|^fax$|^handy|kontakt|^contact|^geb(?:dat|datum|tag)?$|^plz$|wohnort|stra(?:ss|ß)e|^street|aufnahmen|^pat(?:ienten?)?(?:nr|no|nummer)$|^nr$/,
  /surgeon|physician|doctor|arzt$|operateur/,
];

/** IDs that are shorter stand in columns of numbers by chance. */
const TELLING_ID = 4;

/**
 * Divides the columns that an import does not use itself. Identity is known by the name of a column, and by the patients' own IDs in it.
 *
 * @returns the names that `preprocess` knows for sets and visits, else those of the table.
 */
export function carriedColumns(table: CohortTable): CarriedColumns {
  const { header, columns } = table;
  const carried: { name: string; at: number }[] = [];
  const keptBack: string[] = [];
  let nameless = 0;
  for (const [at, name] of header.entries()) {
    const isRead = READ.some((role) => columns[role] === name);
    if (name === '') {
      if (table.rows.some(({ cells }) => (cells[at] ?? '').trim() !== '')) nameless++;
      continue;
    }
    if (isRead || plain(name) === 'pseudonym') continue;
    if (isIdentity(name) || holdsIds(table, at)) keptBack.push(name);
    else carried.push({ name: handedOnAs(name, columns), at });
  }
  return { carried, keptBack, nameless };
}

/** Whether a column is called like those that say who somebody is. Other IDs and places of a patient lead back too. */
export function isIdentity(name: string): boolean {
  const bare = plain(name).replaceAll(/[^\p{L}\p{N}]/gu, '');
  return isCalled(name, ['patient', 'image']) || IDENTITY.some((words) => words.test(bare));
}

function holdsIds(table: CohortTable, at: number): boolean {
  const filled = table.rows.filter(({ cells }) => (cells[at] ?? '').trim() !== '');
  const holds = filled.map((row) => {
    const [id, cell] = [table.cell(row, 'patient'), (row.cells[at] ?? '').trim().normalize('NFC')];
    return { isId: cell === id, tells: id.length >= TELLING_ID && cell.includes(id) };
  });
  return holds.some(({ tells }) => tells) || (holds.length > 1 && holds.every(({ isId }) => isId));
}

/** Two columns may not have one name, nor one of the table a name that `preprocess` reads otherwise. */
function handedOnAs(name: string, columns: CohortTable['columns']): string {
  if (columns.split === name) return 'split';
  if (columns.visit === name) return 'visit';
  const isTaken = OWN.includes(plain(name)) || isCalled(name, ['modality']);
  return isTaken ? `${name} of the table` : name;
}
