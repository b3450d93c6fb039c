import { of } from '../entry.ts';
import { and, counted, quoted } from './grammar.ts';

/** What a report says of its own parts: explanations, those that were not made, the machine. */
export const REPORT = {
  'explained-training': 'the network was trained on these patients',
  'montages-without-text':
    'montages have no text: this machine has no program that draws it, or no font for the letters of some names (install one such as Noto Sans CJK)',
  'coarse-maps': of(
    { layer: 'text', height: 'number', width: 'number', size: 'number', layers: 'texts' },
    ({ layer, height, width, size, layers }) =>
      `maps of layer ${layer} have only ${height}×${width} values for ${size}×${size} pixels: read them as such${layers.length === 0 ? '' : `, or give a --layer with finer ones (${layers.join(', ')})`}`,
  ),
  'no-network': of(
    { modalities: 'texts' },
    ({ modalities }) => `explanations need a trained network, and there is none of ${and(modalities)}`,
  ),
  'other-split': of({ file: 'text' }, ({ file }) => `${file} is of another split or of other slices`),
  'other-features': of(
    { file: 'text', modalities: 'texts' },
    ({ file, modalities }) =>
      `the features of ${and(modalities)} have changed since ${file} was made of them`,
  ),
  'other-network': of(
    { file: 'text' },
    ({ file }) => `${file} explains a network that is not one of those evaluated`,
  ),
  'other-decision': of(
    { file: 'text' },
    ({ file }) =>
      `${file} decides who is predicted correctly by another threshold or aggregation than the evaluation`,
  ),
  'audited-before': of(
    { file: 'text' },
    ({ file }) => `${file} is of other scalers, thresholds and calibrators than the present ones`,
  ),
  'features-changed': of(
    { modality: 'text', again: 'text' },
    ({ modality, again }) =>
      `the features of ${modality} are not those that were extracted, so results cannot be made from them again; extract them again with: ${again}`,
  ),
  'fused-before': of(
    { modalities: 'texts', isStacked: 'flag' },
    ({ modalities, isStacked }) =>
      `the features${isStacked ? ' or out-of-fold logits' : ''} of ${and(modalities)} have changed since radweave fuse read them, so its results are of the earlier ones; make them again with: radweave fuse${isStacked ? ' --stack' : ''}`,
  ),
  'clinical-missing': of(
    { name: 'text', words: 'texts', n: 'number' },
    ({ name, words, n }) =>
      `${name}: ${quoted(words)} ${words.length === 1 ? 'counts' : 'count'} as missing, for ${counted(n, 'patient')}`,
  ),
  'clinical-spelt': of(
    { name: 'text', kept: 'text', others: 'texts' },
    ({ name, kept, others }) =>
      `${name}: ${quoted(others)} ${others.length === 1 ? 'counts' : 'count'} as '${kept}'`,
  ),
  'clinical-placeholder': of(
    { name: 'text', value: 'number', n: 'number', least: 'number', most: 'number' },
    ({ name, value, n, least, most }) =>
      `${name}: ${counted(n, 'patient')} ${n === 1 ? 'has' : 'have'} the value ${value}, where the others are between ${least} and ${most}; it is counted as a value; if it means that the value is not known, leave the cell empty in your table, or write NA, and run radweave preprocess again`,
  ),
  machine: 'machine',
  'recorded-step': of({ step: 'text', modality: 'text' }, ({ step, modality }) =>
    `${step} ${modality}`.trim(),
  ),
  'trained-run': of({ modality: 'text', run: 'text' }, ({ modality, run }) => `train ${modality} (${run})`),
  'trained-precision': of(
    { modality: 'text', run: 'text' },
    ({ modality, run }) => `precision of train ${modality} (${run})`,
  ),
  'not-recorded': 'not recorded',
  versions: of({ parts: 'remarks' }, ({ parts }) => parts.join(', ')),
  version: of(
    { name: 'text', version: 'text' },
    ({ name, version }) => `${name.replaceAll('_', ' ')} ${version}`,
  ),
  'device-as-asked': of({ device: 'text' }, ({ device }) => `device ${device} (as requested)`),
  'frozen-aggregation': of({ aggregation: 'aggregation' }, ({ aggregation }) => aggregation),
  'frozen-youden': of({ threshold: 'text' }, ({ threshold }) => `Youden: ${threshold}`),
  'frozen-sensitivity': of(
    { target: 'number', threshold: 'text' },
    ({ target, threshold }) => `sensitivity ≥ ${target}: ${threshold}`,
  ),
  'frozen-fixed': of({ threshold: 'text' }, ({ threshold }) => `fixed: ${threshold}`),
  'frozen-isotonic': 'isotonic',
  'frozen-platt': of(
    { slope: 'number', intercept: 'number' },
    ({ slope, intercept }) => `platt: slope ${slope.toFixed(4)}, intercept ${intercept.toFixed(4)}`,
  ),
  'frozen-temperature': of(
    { temperature: 'number' },
    ({ temperature }) => `temperature: ${temperature.toFixed(4)}`,
  ),
};
