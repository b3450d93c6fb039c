// Features of new patients by a network that was trained before:
// node examples/features-of-new-patients.mjs RAW_FOLDER HOSPITAL MODALITY CHECKPOINT OUTPUT_FOLDER [IMAGE_SIZE]
import { join } from 'node:path';
import { configure, readFeatures, readFeatureTable, stages } from 'radweave';

const [raw, hospital, modality, checkpoint, outputs, size = '224'] = process.argv.slice(2);
if (outputs === undefined) throw new Error('Usage: see the first lines of this file');

const config = configure({
  data: {
    root_dir: raw,
    home_hospital: hospital,
    modalities: [modality],
    image_size: Number(size),
    splits_dir: join(outputs, 'splits'),
    features_dir: join(outputs, 'features'),
  },
  experiment: { output_dir: join(outputs, 'results') },
});

await stages.preprocess({ config });
const { tables, model } = await stages.extract({ config, modality, checkpoint, align: false });
for (const [split, table] of Object.entries(tables)) {
  for (const { patient_id, feature_path } of readFeatureTable(table)) {
    const [slices, dims] = readFeatures(feature_path).shape;
    console.log(`${split} ${patient_id}: ${slices} slices × ${dims} features of ${model}`);
  }
}
