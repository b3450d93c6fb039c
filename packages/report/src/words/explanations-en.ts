import type { Words } from './words.ts';

/** From this rank correlation on, maps are more alike than not. */
const IN_PART = 0.5;

/** What is said beside Grad-CAM. */
export const EXPLANATIONS_EN: Words['explanations'] = {
  title: (modality, group) =>
    `Grad-CAM, modality ${modality}: ${{ right: 'patients predicted correctly', wrong: 'patients predicted incorrectly', asked: 'patients asked for by name' }[group]}`,
  caption: (layer, aggregation) =>
    `Heat maps over the slices, of the layer “${layer}”. Pictures and captions give the probability of the label whose evidence is shown: below each slice its own, above it and in the caption the patient’s (${aggregation} over all slices). Colours are shares of the patient’s own largest value: each caption says how large that is beside the largest of all patients shown. A map holds only what speaks for the label, so it is weak or empty where the network finds little.`,
  confident: (by) =>
    by === null
      ? '“Most confident” are those patients of each hospital whose most probable label leads most over the next; it says nothing of being right.'
      : `“Most confident” are those patients of each hospital whose probability of ${by.label} is farthest from the threshold ${by.threshold}, as a share of the way to 1 above it and to 0 below it; it says nothing of being right.`,
  chance: (network, split, auc, worse) =>
    `${network} is ${worse ? 'worse' : 'not shown to be better'} than chance on these patients (${split}: AUC ${auc}). Its maps show where it looks, not what tells the labels apart.`,
  chanceUnknown: (network, split, reason) =>
    `Whether ${network} is better than chance on these patients (${split}) cannot be said${reason === '' ? '' : `: ${reason}`}.`,
  chanceInFigure: 'caution: a network not shown to be better than chance',
  patient: (patient, hospital) => `${patient} (${hospital})`,
  verdict: (truth, predicted, explained, probability) =>
    `true ${truth}, predicted ${predicted}; probability of ${explained} ${probability}`,
  explained: (label) => `evidence for ${label}`,
  strength: (share) => `largest map value ${share} of the largest shown`,
  empty: (layer) => `all maps are empty: nothing in “${layer}” speaks for this label`,
  emptySlices: (slices) => `${slices} of the maps shown ${slices === 1 ? 'is' : 'are'} empty`,
  category: {
    most_confident_right: 'most confident of those predicted correctly',
    least_confident_right: 'least confident of those predicted correctly',
    most_confident_wrong: 'most confident of those predicted incorrectly',
    least_confident_wrong: 'least confident of those predicted incorrectly',
    asked: 'asked for by name',
  },
  alt: (who, verdict) => `Slices of patient ${who} with Grad-CAM heat maps; ${verdict}.`,
  noImage: (file) => `The picture ${file} is missing. Make it again with: radweave explain`,
  none: 'No patient is in this group.',
  sanity: (modality) => `Randomisation check, modality ${modality}`,
  sanityCaption: (slices, outcome) =>
    `Heat maps of ${slices} slices after parts of the network were given random weights, from the classifier down, compared with those before: Spearman’s rank correlation over all pixels and structural similarity (SSIM), averaged over slices. ${outcome} As Adebayo et al. (2018) interpret it, maps that depend on what the network learned no longer resemble those before, and maps that still do (near 1) come from the image and the architecture; the paper gives no limit. Maps that change need not mark the right places.`,
  sanityOutcome: (correlation, limit) =>
    correlation === null
      ? 'No slice has maps that vary before and after, so the check says nothing.'
      : correlation < limit
        ? `With all listed parts random the rank correlation is ${correlation.toFixed(3)}: the maps change${correlation < IN_PART ? '' : ' only in part'}, so they depend${correlation < IN_PART ? '' : ' in part only'} on what these parts learned (Radweave’s own limits: changed in part from ${IN_PART} on, unchanged from ${limit} on).`
        : `Even with all listed parts random the rank correlation is ${correlation.toFixed(3)}: the maps stay alike (Radweave calls them so from ${limit} on, a limit of its own). They show the images more than what the network learned: do not read them as explanations.`,
  sanityAlike: (parts, correlation) =>
    ` With random ${parts} alone the rank correlation is still ${correlation.toFixed(3)}: these weights hardly shape the maps.`,
  randomised: 'Random parts',
};
