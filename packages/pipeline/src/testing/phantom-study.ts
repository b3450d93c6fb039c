import { join } from 'node:path';
import { type Config, configure } from '@radweave/artifacts';
import { generatePhantomCohort } from '@radweave/phantom';

/** Writes a small cohort of two modalities below a folder. @returns the settings of a short study of it there. */
export function phantomStudy(folder: string): Config {
  const cohort = { seed: 5, homePatients: 16, patientsPerHospital: 4, slicesPerModality: 1, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  return configure({
    data: {
      root_dir: join(folder, 'raw'),
      splits_dir: join(folder, 'splits'),
      features_dir: join(folder, 'features'),
      image_size: 32,
    },
    model: { name: 'mobilenetv3_small_100', pretrained: false },
    training: { epochs: 2, precision: 'fp32', device: 'cpu' },
    evaluation: { bootstrap_replicates: 100 },
    experiment: { output_dir: join(folder, 'results') },
  });
}
