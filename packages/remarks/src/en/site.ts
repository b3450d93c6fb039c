import { of } from '../entry.ts';
import { and, theNetworks } from './grammar.ts';

/** The site effect and harmonisation. */
export const SITE = {
  'one-site': 'all patients are of one hospital, so there is no site effect to measure',
  'site-harmonised-anew':
    'harmonised again inside each fold: location and scale come from its training patients, two fifths of a hospital at a time, and are applied to those held out; this removes less of the site effect than all patients of the hospital would, so the AUC is too high rather than too low',
  'site-in-sample': of(
    { modalities: 'texts' },
    ({ modalities }) =>
      `${theNetworks(modalities)} trained on the home training patients: their features may differ because of that, and not because of the hospital`,
  ),
  'site-few-patients': of(
    { hospitals: 'texts' },
    ({ hospitals }) => `left out because they have too few patients: ${hospitals.join(', ')}`,
  ),
  'site-one-label': of(
    { hospitals: 'texts' },
    ({ hospitals }) =>
      `${and(hospitals)} ${hospitals.length === 1 ? 'has' : 'have'} patients of one label only: what tells ${hospitals.length === 1 ? 'it' : 'them'} from other hospitals may be the label`,
  ),
  transductive:
    'transductive: the location and scale of the hospital come from the unlabelled features of these very patients; not part of the primary analysis',
  'no-covariate':
    'without the label as covariate, a hospital with another share of positives is shifted for that as well',
  'reference-in-sample': of(
    { modalities: 'texts' },
    ({ modalities }) =>
      `the reference is in-sample: ${theNetworks(modalities)} trained on the home training patients, so features of new patients differ from theirs even at the same hospital`,
  ),
  'hospital-left': of(
    { hospital: 'text', reason: 'remark' },
    ({ hospital, reason }) => `${hospital} was left unharmonised: ${reason}`,
  ),
  'left-unharmonised': of({ reason: 'remark' }, ({ reason }) => `left unharmonised: ${reason}`),
  'hospital-unknown': 'the hospital of these patients is not known',
  'hospital-of-reference': 'it is a hospital of the reference: it has training patients',
};
