// An import of DICOM files, process start left out.
import { join } from 'node:path';
import { report, timedStage } from './stage.mjs';

const { root, out, threads } = JSON.parse(process.argv[2]);
const [output, records, secrets] = ['raw', 'import', 'private'].map((name) => join(out, name));
const pixels = { window: 'soft', mr: 'percentiles:1:99', pet: '10', size: 224, bits: 8, fit: 'pad' };
const who = { hospital: 'HN', label: '0', table: null, tableColumns: [], modalities: null };
const left = { volumes: null, mask: null, keepsColour: false, dryRun: false };
const { seconds, result } = await timedStage('import', {
  ...{ kind: 'dicom', root, output, records, secrets, threads, pixels },
  ...who,
  ...left,
});
report({ seconds, written: result.written });
