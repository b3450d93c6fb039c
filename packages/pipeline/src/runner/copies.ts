import { basename, dirname } from 'node:path';
import {
  type Config,
  fusionFolder,
  isAddress,
  isWithin,
  objectPlace,
  realPlace,
  studyKeyPath,
  UsageError,
} from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import type { StudyCopy } from '@radweave/remote/objects/study-copy';
import { RunFolder } from '@radweave/study/runs/run-folder';

export interface Telling {
  say: (text: string) => void;
  warn: (text: string) => void;
}

/** The copies of studies that this process works on, by where they are. */
const OPEN = new Map<string, Copies>();

/** Keeps copies of a study in a store while it is worked on. A store that is away holds nothing up: it is asked again later. */
class Copies {
  readonly #address: string;
  readonly #copy: StudyCopy;
  #underWay: Promise<void> | undefined;
  #isAsked = false;

  constructor(address: string, copy: StudyCopy) {
    this.#address = address;
    this.#copy = copy;
  }

  async restore({ say }: Telling): Promise<void> {
    const count = await this.#copy.restore();
    if (count > 0)
      say(
        `${counted(count, 'file')} of this study ${count === 1 ? 'was' : 'were'} brought back from ${this.#address}.`,
      );
  }

  /** Copies what is new, unless it does so already; then once more. Trouble is a warning. */
  soon(telling: Telling): Promise<void> {
    this.#isAsked = true;
    this.#underWay ??= this.#go(telling).finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #go({ warn }: Telling): Promise<void> {
    while (this.#isAsked) {
      this.#isAsked = false;
      try {
        await this.#copy.save();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        warn(`The study could not be copied to ${this.#address}; Radweave will try again. ${why}`);
      }
    }
  }

  /** @throws RadweaveError where what is new cannot be copied. */
  async finish(): Promise<void> {
    await this.#underWay;
    try {
      await this.#copy.save();
    } finally {
      await this.#copy.close();
    }
  }
}

/** The copies that a study wants; those that the store has are brought back first where this machine has none. @throws UsageError. */
export async function openCopies(options: object, telling: Telling): Promise<Copies | undefined> {
  const { config } = options as { config?: Config };
  const address = config?.experiment.copy_to ?? null;
  if (config === undefined || address === null) return undefined;
  const [outputs, fusion] = [config.experiment.output_dir, fusionFolder(config)];
  const folders = {
    splits: config.data.splits_dir,
    features: config.data.features_dir,
    ...(isWithin(realPlace(fusion), realPlace(outputs)) ? {} : { fusion }),
    // Last: where it is there all was brought back.
    outputs,
  };
  refusePrivate(config, Object.values(folders));
  const key = JSON.stringify([address, folders]);
  const known = OPEN.get(key);
  if (known !== undefined) return known;
  const { StudyCopy: Copy } = await import('@radweave/remote/objects/study-copy');
  const last = basename(new RunFolder(folders.outputs, 'run').last);
  const copies = new Copies(address, new Copy(objectPlace(address), folders, last));
  await copies.restore(telling);
  OPEN.set(key, copies);
  return copies;
}

/** @throws UsageError where copies of the folders would take the images of patients, or the key that hides their names, along. */
function refusePrivate({ data }: Config, folders: readonly string[]): void {
  const images = data.root_dir === null || isAddress(data.root_dir) ? [] : [data.root_dir];
  for (const kept of [...images, dirname(studyKeyPath(data))]) {
    const taken = folders.find((folder) => isWithin(realPlace(kept), realPlace(folder)));
    if (taken === undefined) continue;
    throw new UsageError('E_COPY_PRIVATE', `copies of ${taken} would take ${kept} along`, {
      where: 'experiment.copy_to',
      hint: 'Give the results, splits and features folders of their own, without images and keys, or leave out experiment.copy_to',
    });
  }
}

/** Copies what is new of every study, for the last time. @throws RadweaveError of the first that cannot be copied. */
export async function finishCopies(): Promise<void> {
  const all = [...OPEN.values()];
  OPEN.clear();
  for (const copies of all) await copies.finish();
}
