/**
 * What people are told of a model that files call so: of one modality nothing is fused, and the classifier of its features has the
 * name that it has where there are several.
 *
 * @param modalities those that the study, or the fusion, is of.
 */
export function shownModel(name: string, modalities: readonly string[]): string {
  const [only = name, ...others] = modalities;
  return name === 'fused' && others.length === 0 ? only : name;
}

/** What `fuse` fits to all modalities together, in an English sentence. */
export function fusedModel(modalities: readonly string[]): string {
  const [only, ...others] = modalities;
  return only === undefined || others.length > 0
    ? 'fused model'
    : `logistic regression on the features of ${only}`;
}
