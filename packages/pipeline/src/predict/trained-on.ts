import { join } from 'node:path';
import { type Config, type FusionModality, personOf, readFeatureSet } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { offer } from '@radweave/remarks';
import { KnownPatients } from '@radweave/study/cohort/patient-hash';
import { readCohort } from '@radweave/study/cohort/read-cohort';
import { type StageContext, warn } from '@radweave/study/context/events';

/** What is known of a patient and the training of the networks, in rising order, with the note of it. */
const NOTES = {
  no: '',
  unknown: 'not known whether a network was trained on this patient',
  'of these': 'perhaps in-sample: a network was trained on patients of these features',
  'by ID': 'perhaps in-sample: a network was trained on a patient of this ID',
  yes: 'in-sample: a network was trained on this patient',
} as const;
type Known = keyof typeof NOTES;

const ORDER = Object.keys(NOTES);

/** Which of the patients to predict were trained on, as far as it is known; the most that any modality tells. */
export class TrainedOn {
  private readonly found = new Map<string, Known>();
  /** Why something is not known. */
  private readonly reasons = new Set<string>();

  add(patient: string, known: Known, reason?: string): void {
    if (ORDER.indexOf(known) > ORDER.indexOf(this.found.get(patient) ?? 'no')) this.found.set(patient, known);
    if (known === 'unknown' && reason !== undefined) this.reasons.add(reason);
  }

  noteOf(patient: string): string {
    return NOTES[this.found.get(patient) ?? 'no'];
  }

  tell(context: StageContext): void {
    const say = (known: Known, text: (n: number) => string): void => {
      const n = [...this.found.values()].filter((one) => one === known).length;
      if (n > 0) warn(context, text(n));
    };
    say(
      'yes',
      (n) =>
        `${n} of these patients ${n === 1 ? 'was' : 'were'} used to train the networks: see the note column.`,
    );
    say(
      'by ID',
      (n) =>
        `${n} of these patients ${n === 1 ? 'has' : 'have'} the ID of a training patient. Name their hospital with --hospital, as in the study, to ` +
        'tell whether they are the same people (checkpoints of earlier versions do not): see the note column.',
    );
    say(
      'of these',
      () => 'These features are in-sample: a network was trained on patients whose features they are.',
    );
    say(
      'unknown',
      (n) =>
        `Whether a network was trained on ${n} of these patients is not known: ${[...this.reasons].join('; ')}.`,
    );
  }
}

/** Asks the record beside the features of each modality, which speaks of all their patients at once. */
export function trainedOnFeatures(
  folder: string,
  modalities: readonly FusionModality[],
  { patients, owned }: { patients: readonly string[]; owned: readonly (readonly string[])[] },
): TrainedOn {
  const trained = new TrainedOn();
  for (const { modality } of modalities) {
    const having = patients.filter((_, i) => owned[i]?.includes(modality));
    const path = join(folder, `features_${modality}.json`);
    const inSample = existsSync(path) ? readFeatureSet(path).in_sample : null;
    const known = inSample === null ? 'unknown' : inSample ? 'of these' : 'no';
    for (const patient of having) trained.add(patient, known, `the features of ${modality} do not say it`);
  }
  return trained;
}

/** Recognises new patients, whose hospital may be unknown, in checkpoints of the study. */
export class NewPeople {
  private readonly known: KnownPatients;
  private readonly hospital: string | null;
  /** Those of the study; each is tried where that of the patients is not known. */
  private readonly hospitals: readonly string[];

  /**
   * @param hospital as somebody says it; null where nobody does.
   * @param place the name of the folder in the place of a hospital's, which counts where the study has such a hospital: any other may be
   *   a copy of its images.
   * @throws DataError as {@link readCohort}.
   */
  constructor(
    data: Config['data'],
    modalities: readonly string[],
    hospital: string | null,
    context: StageContext,
    place: string | null = null,
  ) {
    this.known = new KnownPatients(data);
    const known = [...new Set(readCohort(data, modalities)?.patients.map((one) => one.hospital))];
    this.hospitals = hospital === null ? known : [];
    this.hospital = hospital ?? known.find((one) => one === place?.normalize('NFC')) ?? null;
    if (hospital === null || known.length === 0 || known.includes(hospital)) return;
    const hint = offer(hospital, known, 'keep it, where the hospital is new');
    warn(context, `The study has no hospital '${hospital}', so its patients count as new ones. ${hint}`);
  }

  /** @param hashes of whom a checkpoint was trained on; null when it does not say. */
  look(
    patients: readonly string[],
    hashes: readonly string[] | null,
    checkpoint: string,
    into: TrainedOn,
  ): void {
    const all = new Set(hashes);
    const gap = this.gap(hashes, checkpoint);
    for (const id of patients)
      into.add(id, this.find(all, id) ?? (gap === null ? 'no' : 'unknown'), gap ?? undefined);
  }

  private gap(hashes: readonly string[] | null, checkpoint: string): string | null {
    if (hashes === null) return `${checkpoint} does not say which patients it was trained on`;
    if (!this.known.canTell(hashes)) return this.known.silence;
    const isBare = hashes.every((one) => !one.includes(':'));
    if (isBare || this.hospital !== null || this.hospitals.length > 0) return null;
    return 'name their hospital with --hospital, as in the study';
  }

  private find(hashes: ReadonlySet<string>, id: string): Known | null {
    const hospitals = this.hospital === null ? [...this.hospitals, ''] : [this.hospital];
    const found = hospitals.map((hospital) => this.known.find(hashes, personOf({ hospital, id })));
    if (found.includes('yes')) return this.hospital === null ? 'by ID' : 'yes';
    return found.includes('by ID') ? 'by ID' : null;
  }
}
