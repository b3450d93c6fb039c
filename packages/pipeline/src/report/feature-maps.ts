import { componentsFor } from '@radweave/analysis/figures/embed';
import { type PatientFeatures, readPatientFeatures } from '@radweave/analysis/figures/patients';
import { placePatients } from '@radweave/analysis/figures/placed';
import { type Config, DataError, damageOf, inShell } from '@radweave/artifacts';
import type { FeatureMap, Optional } from '@radweave/report';
import { neighboursForUmap, perplexityFor } from '@radweave/stats';

/** t-SNE and UMAP of the fused features, or of the only modality's. */
export async function featureMaps(
  config: Config,
  modalities: readonly string[],
  labels: readonly string[],
): Promise<Optional<FeatureMap[]>> {
  const command = modalities.map((one) => `radweave extract --modality ${inShell(one)}`).join('; ');
  let features: PatientFeatures | undefined;
  try {
    features = readPatientFeatures(config.data, modalities).at(-1);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { missing: { command, reason: damageOf(error) } };
  }
  if (features === undefined) return { missing: { command, reason: null } };
  const { seed, output_dir } = config.experiment;
  const embeddings = await placePatients(features, seed, output_dir);
  const maps: FeatureMap[] = [];
  for (const method of ['tsne', 'umap'] as const) {
    const embedding = embeddings[method];
    // No extraction makes more patients, or features that vary.
    if (embedding.points === null) return { missing: { command: null, reason: embedding.reason } };
    const { name, patients } = features;
    const { data } = embedding.points;
    maps.push({
      features: name,
      method,
      components: componentsFor(patients.length),
      parameter: method === 'tsne' ? perplexityFor(patients.length) : neighboursForUmap(patients.length),
      points: patients.map((patient, row) => ({
        ...patient,
        label: labels[patient.label] ?? String(patient.label),
        x: data[2 * row] ?? 0,
        y: data[2 * row + 1] ?? 0,
      })),
    });
  }
  return { value: maps };
}
