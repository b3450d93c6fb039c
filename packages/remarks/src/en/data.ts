import { of } from '../entry.ts';
import { percent } from '../numbers.ts';
import { and, are, counted, few, fewQuoted } from './grammar.ts';

/** What is odd about the data as found, and why patients are left out. */
export const DATA = {
  'data-hospital-unread': of(
    { hospital: 'text', classes: 'text', names: 'texts', isMore: 'flag' },
    ({ hospital, classes, names, isMore }) =>
      `${hospital} was not read, because no folder in it is called ${classes}; folders found there: ${fewQuoted(names, isMore)}`,
  ),
  'data-folder-unread': of(
    { hospital: 'text', folder: 'text', classes: 'text', n: 'number' },
    ({ hospital, folder, classes, n }) =>
      `${hospital}: folder '${folder}' was not read, because it is not called ${classes}; it holds ${counted(n, 'folder')}`,
  ),
  'data-class-empty': of(
    { names: 'texts' },
    ({ names }) =>
      `no patient with usable slices is of the class ${names.map((name) => `'${name}'`).join(' or ')}; check the names of the class folders, and --labels (data.labels)`,
  ),
  'data-hospitals-alike': of(
    { names: 'texts' },
    ({ names }) =>
      `hospitals ${and(names.map((name) => `'${name}'`))} have almost the same name and were taken for different ones; if they are one, put their patients into one folder`,
  ),
  'data-misplaced': of(
    { n: 'number', names: 'texts', isMore: 'flag' },
    ({ n, names, isMore }) =>
      `${counted(n, 'image')} or folder${n === 1 ? ' was' : 's were'} not read, because slices are expected elsewhere, directly in a folder of their modality (${few(names, isMore)})`,
  ),
  'data-not-png': of(
    { hospital: 'text', kinds: 'remarks', folder: 'text' },
    ({ hospital, kinds, folder }) =>
      `${hospital}: files that are not PNG were not read (${kinds.join(', ')}), such as in ${folder}`,
  ),
  'data-import': of({ commands: 'texts' }, ({ commands }) => `${and(commands)} can make slices of them`),
  'data-count': of({ what: 'text', n: 'number' }, ({ what, n }) => `${what}: ${n}`),
  'data-masks-named': of(
    { hospital: 'text', modality: 'text', n: 'number', names: 'texts', isMore: 'flag' },
    ({ hospital, modality, n, names, isMore }) =>
      `${hospital}, ${modality}: ${n} of the images ${are(n)} called like masks or labels and ${are(n)} left out (${few(names, isMore)}); rename them if they are slices`,
  ),
  'data-masks-two-values': of(
    { hospital: 'text', modality: 'text', n: 'number', names: 'texts', isMore: 'flag' },
    ({ hospital, modality, n, names, isMore }) =>
      `${hospital}, ${modality}: ${n} of the images ${n === 1 ? 'has' : 'have'} two gray values only, as masks do, and ${are(n)} left out (${few(names, isMore)})`,
  ),
  'data-masks-doubtful': of(
    { hospital: 'text', modality: 'text', n: 'number', names: 'texts', isMore: 'flag' },
    ({ hospital, modality, n, names, isMore }) =>
      `${hospital}, ${modality}: ${n} of the images ${are(n)} called like outlines of a lesion, without a slice that ${n === 1 ? 'it belongs' : 'they belong'} to, and ${are(n)} used as slices (${few(names, isMore)}); remove them if they are masks`,
  ),
  'data-repeated': of(
    { hospital: 'text', modality: 'text', n: 'number', names: 'texts', isMore: 'flag' },
    ({ hospital, modality, n, names, isMore }) =>
      `${hospital}, ${modality}: ${counted(n, 'slice')} ${n === 1 ? 'shows' : 'show'} the same image as another of the same patient and ${n === 1 ? 'is counted' : 'are counted'} as well (${few(names, isMore)}); remove them if they are copies`,
  ),
  'data-share': of(
    { hospital: 'text', asked: 'number', train: 'number', total: 'number' },
    ({ hospital, asked, train, total }) =>
      `${hospital}: ${percent(train / total, 1)} of the patients are in training (${train} of ${total}) instead of the ${percent(asked, 10)} requested, because each label needs at least one patient in training and one in validation`,
  ),
  'data-lost': of(
    { hospital: 'text', n: 'number', total: 'number', modalities: 'texts', labels: 'remarks' },
    ({ hospital, n, total, modalities, labels }) =>
      `${hospital}: ${n} of ${counted(total, 'patient')} ${n === 1 ? 'lacks' : 'lack'} ${and(modalities)} and ${are(n)} left out (${labels.join(', ')})`,
  ),
  'data-kept': of(
    { hospital: 'text', n: 'number', total: 'number', modalities: 'texts', labels: 'remarks' },
    ({ hospital, n, total, modalities, labels }) =>
      `${hospital}: ${n} of ${counted(total, 'patient')} ${n === 1 ? 'lacks' : 'lack'} ${and(modalities)} and ${n === 1 ? 'stays' : 'stay'} in the sets of the other modalities (${labels.join(', ')})`,
  ),
  'data-folders-there': of(
    { names: 'texts', isMore: 'flag' },
    ({ names, isMore }) => `folders found there: ${fewQuoted(names, isMore)}`,
  ),
  'data-folders-some': of(
    { names: 'texts', isMore: 'flag' },
    ({ names, isMore }) => `folders that some of them have: ${fewQuoted(names, isMore)}`,
  ),
  'data-folders-empty': of(
    { names: 'texts', isMore: 'flag' },
    ({ names, isMore }) => `without usable slices: ${fewQuoted(names, isMore)}`,
  ),
  'data-folders-none': 'no folder of another name is there',
  'data-blank': of(
    { hospital: 'text', modality: 'text', n: 'number', total: 'number', names: 'texts', isMore: 'flag' },
    ({ hospital, modality, n, total, names, isMore }) =>
      `${hospital}, ${modality}: ${n} of ${counted(total, 'slice')} ${are(n)} blank (one gray value): ${few(names, isMore)}`,
  ),
  'data-unscaled': of(
    { hospital: 'text', modality: 'text', n: 'number', total: 'number', high: 'number' },
    ({ hospital, modality, n, total, high }) =>
      `${hospital}, ${modality}: ${n} of ${counted(total, '16-bit slice')} ${n === 1 ? 'uses' : 'use'} less than an eighth of the range (99th percentile: ${high.toFixed(2)} of it), as unscaled 12-bit values do; radweave import images writes them again, scaling each series to its own range`,
  ),
  'data-inverted': of(
    { hospital: 'text', modality: 'text', n: 'number', total: 'number' },
    ({ hospital, modality, n, total }) =>
      `${hospital}, ${modality}: ${n} of ${counted(total, 'slice')} ${n === 1 ? 'looks' : 'look'} inverted`,
  ),
  'data-inverted-unlike': of(
    {
      hospital: 'text',
      modality: 'text',
      n: 'number',
      total: 'number',
      mean: 'number',
      home: 'text',
      homeMean: 'number',
    },
    ({ hospital, modality, n, total, mean, home, homeMean }) =>
      `${hospital}, ${modality}: ${n} of ${counted(total, 'slice')} ${n === 1 ? 'looks' : 'look'} inverted (mean brightness: ${mean.toFixed(2)}, at ${home} ${homeMean.toFixed(2)})`,
  ),
  'data-darker': of(
    { hospital: 'text', modality: 'text', high: 'number', home: 'text', homeHigh: 'number' },
    ({ hospital, modality, high, home, homeHigh }) =>
      `${hospital}, ${modality}: the slices are much darker than those of ${home} (99th percentile: ${high.toFixed(2)} of the range, at ${home} ${homeHigh.toFixed(2)})`,
  ),
  'data-brighter': of(
    { hospital: 'text', modality: 'text', high: 'number', home: 'text', homeHigh: 'number' },
    ({ hospital, modality, high, home, homeHigh }) =>
      `${hospital}, ${modality}: the slices are much brighter than those of ${home} (99th percentile: ${high.toFixed(2)} of the range, at ${home} ${homeHigh.toFixed(2)})`,
  ),
  'data-no-external': of(
    { home: 'text' },
    ({ home }) => `No hospital other than ${home} was read: the external test set is empty`,
  ),
  'data-no-external-usable': of(
    { hospitals: 'texts' },
    ({ hospitals }) => `No patient of ${hospitals.join(', ')} can be used: the external test set is empty`,
  ),
  'data-test-at-home': of(
    { hospitals: 'texts' },
    ({ hospitals }) =>
      `${and(hospitals)} ${hospitals.length === 1 ? 'has' : 'have'} patients in the test set and in training or validation: for ${hospitals.length === 1 ? 'this hospital' : 'these hospitals'} the test is internal, and shows nothing about patients of other hospitals`,
  ),
  'data-one-label-test': of(
    { label: 'text' },
    ({ label }) => `All patients of the test set have the same label, ${label}: there is no AUC of them`,
  ),
  'data-label-is-hospital': of(
    { hospitals: 'texts' },
    ({ hospitals }) =>
      `${and(hospitals)} have patients of one label each: what differs between the hospitals cannot be told from what differs between the labels there`,
  ),
  'table-no-folder': 'in the table only',
  'table-no-row': 'in the folders only',
  'table-ragged': of(
    { expected: 'number', found: 'number' },
    ({ expected, found }) => `${counted(found, 'field')}, where the first line has ${expected}`,
  ),
  'table-label': of(
    { table: 'text', folder: 'text' },
    ({ table, folder }) => `label ${table} in the table, but in the folder ${folder}`,
  ),
  'table-hospital': of(
    { table: 'text', folder: 'text' },
    ({ table, folder }) => `of ${table} in the table, but in the folder of ${folder}`,
  ),
  'table-spelt': of(
    { table: 'text', folder: 'text' },
    ({ table, folder }) => `called ${table} in the table, but ${folder} in the folders`,
  ),
  'table-hospital-open': 'in several hospitals, and the table does not say in which',
  'table-contradiction': of(
    { column: 'text', values: 'texts' },
    ({ column, values }) => `${column} is ${and(values)} in rows of one patient`,
  ),
  'table-twice': 'in two rows that differ, without a visit that tells them apart',
  'table-empty': of({ column: 'text' }, ({ column }) => `the cell ${column} is empty`),
  'table-unknown': of(
    { column: 'text', value: 'text' },
    ({ column, value }) => `${column} is '${value}', which is not known`,
  ),
  'table-no-images': of({ place: 'text' }, ({ place }) => `no PNG of the requested modalities at ${place}`),
  'excluded-modalities': of(
    { modalities: 'texts' },
    ({ modalities }) => `no slices of ${modalities.join(', ')}`,
  ),
  'excluded-places': of({ places: 'remarks' }, ({ places }) => `found as ${and(places)}`),
  'excluded-place': of(
    { hospital: 'text', label: 'text' },
    ({ hospital, label }) => `${label} of ${hospital}`,
  ),
  'excluded-shared-image': of(
    { patient: 'text' },
    ({ patient }) => `shares an image with patient ${patient}`,
  ),
};
