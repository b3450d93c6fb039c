// Rows of many patients without images: how stages that need no training grow, and maps beside scikit-learn's and umap-learn's.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { measured } from './measure.mjs';
import { patientConfig, patientStudy } from './patients.mjs';
import { oursCommand, peerCommand } from './peers.mjs';
import { Skipped } from './skipped.mjs';

const PATIENTS = { 200: 200, '2k': 2000, '20k': 20_000 };

/** In the order of the job: each reads what those before it left. */
const STAGES = ['fuse', 'evaluate', 'visualize', 'report'];

/** What says that a stage has been run, below the outputs. */
const LEFT = {
  fuse: 'fusion/model.json',
  evaluate: 'evaluation/evaluation.json',
  visualize: 'embeddings/fused.json',
  report: 'report/report.html',
};

/** Patients of the row beside the peers. */
const COMPARED = '2k';

/** All rows; measured only when asked for. */
export function patientJobs({ work, cores }) {
  const growth = Object.entries(PATIENTS).flatMap(([name, patients]) =>
    STAGES.map((stage, i) => ({
      name: `patients-${name}-${stage}`,
      title: `${stage} ${patients} patients`,
      unit: 's',
      isMoreBetter: false,
      isExtra: true,
      targets: {},
      memory: {},
      async measure(side) {
        if (side.id !== 'ours') throw new Skipped('ours only');
        const root = await patientStudy(work, patients);
        await before(root, STAGES.slice(0, i));
        return runStages(root, [stage]);
      },
    })),
  );
  return [...growth, mapsJob(work, cores)];
}

/** Both stages that show maps, of each modality and of all together, beside the libraries on the last alone. */
function mapsJob(work, cores) {
  return {
    name: `maps-${COMPARED}`,
    title: `visualize and report ${PATIENTS[COMPARED]} patients; peers: PCA, Barnes–Hut t-SNE and UMAP of the fused features`,
    unit: 's',
    isMoreBetter: false,
    isExtra: true,
    targets: { plain: 1 },
    async measure(side) {
      const root = await patientStudy(work, PATIENTS[COMPARED]);
      if (side.id === 'ours') {
        await before(root, ['fuse', 'evaluate']);
        return runStages(root, ['visualize', 'report']);
      }
      if (!side.id.startsWith('plain')) throw new Skipped('torch has no part in it');
      const features = ['train', 'val', 'test'].map((split) =>
        join(root, 'outputs', 'fusion', `fused_${split}.npy`),
      );
      const command = peerCommand(side, 'maps.py', ['--threads', String(cores), ...features], false);
      const run = await measured(command, { env: side.env });
      return { value: run.json.seconds, peakMb: run.peakMb };
    },
  };
}

async function before(root, stages) {
  const missing = stages.filter((stage) => !existsSync(join(root, 'outputs', LEFT[stage])));
  if (missing.length > 0) await runStages(root, missing);
}

async function runStages(root, stages) {
  const outputs = join(root, 'outputs');
  // Kept places of patients would leave nothing to measure.
  if (stages.includes('visualize')) rmSync(join(outputs, 'embeddings'), { recursive: true, force: true });
  const task = { config: patientConfig(root, outputs), stages };
  const run = await measured(oursCommand('patients.mjs', task));
  return { value: run.json.seconds, peakMb: run.peakMb };
}
