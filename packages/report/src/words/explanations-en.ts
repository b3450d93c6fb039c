import { IN_PART } from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import type { AgainstChance } from '@radweave/stats';

/** What is said beside heat maps; `method`: their name. */
export const EXPLANATIONS_EN = {
  title: (method: string, modality: string, group: 'right' | 'wrong' | 'asked') =>
    `${method}, modality ${modality}: ${{ right: 'patients predicted correctly', wrong: 'patients predicted incorrectly', asked: 'patients asked for by name' }[group]}`,
  /** `aggregation`: how the slices' probabilities became the patient's. */
  caption: (method: string, layer: string, aggregation: string) =>
    `Heat maps (${method}) over the slices, of the layer “${layer}”. Pictures and captions give the probability of the label whose evidence is shown: below each slice the slice’s, above the picture and in the caption the patient’s (${aggregation} over all slices). Colours are shares of the patient’s own largest value: each caption says how large that is beside the largest of all patients shown. A map holds only what speaks for the label, so it is weak or empty where the network finds little.`,
  /** What `confident` means; the label and threshold with two labels, null with more. */
  confident: (by: { label: string; threshold: string } | null, manyHospitals: boolean) =>
    by === null
      ? `“Most confident” are the patients${manyHospitals ? ' of each hospital' : ''} whose most probable label is furthest ahead of the second, of each predicted label in turn; this does not say whether it is right.`
      : `“Most confident” are the patients${manyHospitals ? ' of each hospital' : ''} whose probability of ${by.label} is farthest from the threshold ${by.threshold}, as a share of the way to 1 above it and to 0 below it, of each predicted label in turn; this does not say whether the prediction is right.`,
  /** Of a network whose AUC on these patients does not exceed chance. */
  chance: (
    network: string,
    split: string,
    isMacro: boolean,
    auc: string,
    says: Exclude<AgainstChance, 'better' | 'unknown'>,
  ) =>
    `Caution: ${network} is ${says === 'worse' ? 'worse' : 'not shown to be better'} than chance on these patients (${split}: ${isMacro ? 'macro AUC' : 'AUC'} ${auc}${says === 'too few' ? ', too few patients to show anything' : ''}). Its maps show where it looks, not what tells the labels apart.`,
  chanceUnknown: (network: string, split: string, reason: string) =>
    `Whether ${network} is better than chance on these patients (${split}) cannot be said${reason === '' ? '' : `: ${reason}`}.`,
  /** Of a network that may tell hospitals apart; `finding`: what the first page says of it. */
  between: (finding: string) =>
    `Caution: ${finding}. The maps show where the network looks, not what tells the labels apart.`,
  betweenInFigure: 'caution: a network that may tell hospitals apart rather than labels',
  chanceInFigure: 'caution: a network not shown to be better than chance',
  patient: (patient: string, hospital: string) => `${patient} (${hospital})`,
  verdict: (truth: string, predicted: string, explained: string, probability: string) =>
    `True ${truth}, predicted ${predicted}; probability of ${explained} ${probability}`,
  explained: (label: string) => `evidence for ${label}`,
  /** The largest value of a patient's maps, as a share of the largest of all patients shown. */
  strength: (share: string) => `largest map value ${share} of the largest shown`,
  /** Of a patient none of whose maps has a value above 0. */
  empty: (layer: string) => `all maps are empty: nothing in “${layer}” speaks for this label`,
  /** Of some of a patient's maps. */
  emptySlices: (slices: number) => `${slices} of the maps shown ${slices === 1 ? 'is' : 'are'} empty`,
  category: {
    most_confident_right: 'most confident of those predicted correctly',
    least_confident_right: 'least confident of those predicted correctly',
    most_confident_wrong: 'most confident of those predicted incorrectly',
    least_confident_wrong: 'least confident of those predicted incorrectly',
    asked: 'asked for by name',
  },
  alt: (method: string, who: string, verdict: string) =>
    `Slices of patient ${who} with heat maps (${method}). ${verdict}.`,
  noImage: (file: string, modality: string) =>
    `The picture ${file} is missing. Make it again with: radweave explain --modality ${modality}`,
  none: 'No patient is in this group.',
  sanity: (modality: string) => `Randomisation check, modality ${modality}`,
  sanityCaption: (slices: number, outcome: string) =>
    `Heat maps of ${counted(slices, 'slice')} after parts of the network were given random weights, from the classifier down, compared with those before: Spearman’s rank correlation over all pixels and structural similarity (SSIM), averaged over slices. ${outcome} As Adebayo et al. (2018) interpret it, maps that depend on what the network learned no longer resemble those before, and maps that still do (near 1) come from the image and the architecture; the paper gives no limit. Maps that change need not mark the right places.`,
  /** `correlation`: rank correlation with all listed parts random; null where no map varies. */
  sanityOutcome: (correlation: number | null, limit: number) =>
    correlation === null
      ? 'With all listed parts random no slice has maps that vary both before and after, so no rank correlation can be computed and the check says nothing; the SSIM is that of maps without contents.'
      : correlation < limit
        ? `With all listed parts random the rank correlation is ${correlation.toFixed(3).replace('-', '−')}: the maps change${correlation < IN_PART ? '' : ' only in part'}, so they depend${correlation < IN_PART ? '' : ' only in part'} on what these parts learned (Radweave’s own limits: changed in part from ${IN_PART} on, unchanged from ${limit} on).`
        : `Even with all listed parts random the rank correlation is ${correlation.toFixed(3)}: the maps stay alike (Radweave’s own limit: from ${limit} on). They show the images more than what the network learned: do not read them as explanations.`,
  /** Of the latest step before the last one that leaves the maps alike. */
  sanityAlike: (parts: string, correlation: number) =>
    ` With the weights of ${parts} random the rank correlation is still ${correlation.toFixed(3)}: these weights hardly shape the maps.`,
  randomised: 'Random parts',
};
