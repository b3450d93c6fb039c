import { DataError, damageOf } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type Remark, remark } from '@radweave/remarks';
import type { KnownPatients } from '@radweave/study/cohort/patient-hash';
import type { SeenPatients, SeenReader } from '@radweave/study/runs/seen-patients';
import { Tensor } from '@radweave/torch';
import { readCheckpoint } from './checkpoint.ts';

type Own = { train: string[]; val: string[]; startedFrom: string | null };

/** The longest chain of checkpoints, each started from the one before, that is followed. */
const MOST_ANCESTORS = 10;

/** Reads each checkpoint once, whichever checks ask for it. */
export class CheckpointReader implements SeenReader {
  private readonly read = new Map<string, Own | Remark>();
  private readonly known: KnownPatients;

  constructor(known: KnownPatients) {
    this.known = known;
  }

  /** Whom the network of a file has seen; the reason when the file does not say. */
  async seenBy(path: string): Promise<SeenPatients | Remark> {
    const first = await this.once(path);
    if ('code' in first) return first;
    const trained = new Set(first.train);
    const selected = new Set(first.val);
    const gaps: Remark[] = [];
    let { startedFrom } = first;
    for (let i = 0; i < MOST_ANCESTORS && startedFrom !== null; i++) {
      const earlier = await this.once(startedFrom);
      if ('code' in earlier) {
        gaps.push(remark('audit-silent-start', { file: path, reason: earlier }));
        break;
      }
      for (const hash of earlier.train) trained.add(hash);
      for (const hash of earlier.val) selected.add(hash);
      startedFrom = earlier.startedFrom;
    }
    if (!this.known.canTell(trained) || !this.known.canTell(selected)) {
      gaps.push(remark('audit-other-key', { file: path, key: this.known.keyPath }));
    }
    return { trained, selected, gaps };
  }

  private async once(path: string): Promise<Own | Remark> {
    const own = this.read.get(path) ?? (await readOwn(path));
    this.read.set(path, own);
    return own;
  }
}

async function readOwn(path: string): Promise<Own | Remark> {
  if (!existsSync(path)) return remark('audit-not-there', { file: path });
  if (!/\.pth?$/i.test(path)) return remark('audit-silent', { file: path });
  try {
    const saved = await readCheckpoint(path);
    if (saved === null) return remark('audit-foreign', { file: path });
    disposeAll([saved.model, saved.resume]);
    const { patients, config } = saved.about;
    return { ...patients, startedFrom: config.model?.weights ?? null };
  } catch (error) {
    if (error instanceof DataError) return damageOf(error);
    throw error;
  }
}

/** Frees the tensors at once: several large checkpoints would not fit beside one another. */
function disposeAll(value: unknown): void {
  if (value instanceof Tensor) value.dispose();
  else if (value instanceof Map || Array.isArray(value)) for (const item of value.values()) disposeAll(item);
  else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) disposeAll(item);
  }
}
