import { distance } from 'fastest-levenshtein';

/** Names, and what others call them in letters that no counting of edits finds: of several rows the first whose name is known counts. */
const CALLED: readonly (readonly [name: string, ...words: string[]])[] = [
  ['cuda', 'gpu', 'nvidia'],
  ['device', 'gpu', 'gpus'],
  ['fp32', 'float32'],
  ['precision', 'amp', 'fp16', 'mixed_precision'],
  ['ce', 'cross_entropy', 'bce'],
  ['loss_type', 'loss', 'criterion'],
  ['lang', 'language', 'locale'],
  ['learning_rate', 'lr'],
  ['weight_decay', 'wd'],
  ['batch_size', 'bs', 'batch'],
  ['epochs', 'num_epochs', 'max_epochs'],
  ['early_stop_patience', 'patience'],
  ['model', 'arch', 'architecture', 'backbone', 'network'],
  ['name', 'arch', 'architecture', 'backbone', 'network'],
  ['exp_name', 'name', 'run_name', 'experiment'],
  ['seed', 'random_seed', 'random_state'],
  ['num_workers', 'workers', 'threads', 'jobs'],
  ['image_size', 'size', 'imgsz', 'resolution'],
  ['home_hospital', 'home', 'centre', 'center', 'site'],
  ['root_dir', 'data', 'data_dir', 'dataset', 'images', 'input', 'root'],
  ['input', 'data', 'data_dir', 'images', 'root_dir'],
  ['splits_dir', 'splits'],
  ['feature_dir', 'features'],
  ['modalities', 'modality'],
  ['cross_fit', 'folds', 'n_folds', 'k_folds', 'cv'],
  ['output', 'out'],
  ['output_dir', 'output', 'out', 'out_dir', 'save_dir'],
  ['experiment.output_dir', 'output_dir', 'output', 'out', 'out_dir', 'save_dir'],
  ['output', 'output_dir', 'out', 'out_dir'],
  ['overwrite', 'force'],
  ['evaluate', 'eval', 'test', 'validate'],
  ['predict', 'infer', 'inference'],
  ['preprocess', 'split', 'prepare'],
  ['fuse', 'fusion'],
  ['explain', 'gradcam', 'heatmap'],
  ['fetch', 'download'],
];

/** The known name of what others call so. */
export function knownAs(word: string, known: readonly string[]): string | undefined {
  return CALLED.find(([name, ...words]) => words.includes(plain(word)) && known.includes(name))?.[0];
}

function plain(name: string): string {
  return name.normalize('NFC').trim().toLowerCase().replaceAll('-', '_');
}

/** So many known names are listed at most. */
const LISTED = 8;

/** How many letters must be put in, left out or changed to make one word of another (Levenshtein 1966). */
export function editDistance(a: string, b: string): number {
  return distance(a, b);
}

/** Known names, those nearest to a mistyped one first: letter case, spaces around it and the difference of `-` and `_` do not count. */
function ranked(word: string, known: readonly string[]): { name: string; edits: number }[] {
  const names = [...new Set(known)];
  const called = knownAs(word, names);
  if (called !== undefined) return [{ name: called, edits: 1 }];
  return names
    .map((name) => ({ name, edits: editDistance(plain(word), plain(name)) }))
    .sort((a, b) => a.edits - b.edits);
}

/** The known name nearest to a mistyped one; ties go to the first. @returns undefined where none is known. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  return ranked(word, known)[0]?.name;
}

/** The known name that must be meant; undefined where none or several are near. */
export function meant(word: string, known: readonly string[]): string | undefined {
  const [first, second] = ranked(word, known);
  const isNear = first !== undefined && 2 * first.edits <= word.length && first.edits !== second?.edits;
  return isNear ? first.name : undefined;
}

/**
 * What to give in place of a name that is not known: the nearest, or, where none or several are near, those that are known.
 *
 * @param orElse What else can be done, such as `name another folder`; not told where the name is a known one, written otherwise.
 * @returns undefined where none is known and nothing else can be done.
 */
export function offer(word: string, known: readonly string[], orElse = ''): string | undefined {
  const names = ranked(word, known);
  const [first] = names;
  if (first === undefined) return orElse.charAt(0).toUpperCase() + orElse.slice(1) || undefined;
  const near = meant(word, known);
  if (near !== undefined) {
    return `Did you mean '${near}'?${orElse === '' || first.edits === 0 ? '' : ` Or ${orElse}`}`;
  }
  const shown = names.slice(0, LISTED).map(({ name }) => name);
  const more = names.length > LISTED ? `, … (${names.length} in all)` : '';
  const list = `${names.length > 1 ? 'one of ' : ''}${shown.join(', ')}${more}`;
  return `Give ${list}${orElse === '' ? '' : `; or ${orElse}`}`;
}
