import { RadweaveError } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { SeenPatients, SeenReader } from '@radweave/study/runs/seen-patients';
import { Tensor } from '@radweave/torch';
import { readCheckpoint } from './checkpoint.ts';

type Own = { train: string[]; val: string[]; startedFrom: string | null };

/** The longest chain of checkpoints, each started from the one before, that is followed. */
const MOST_ANCESTORS = 10;

/** Reads each checkpoint once, whichever checks ask for it. */
export class CheckpointReader implements SeenReader {
  private readonly known = new Map<string, Own | string>();

  /** Whom the network of a file has seen; the reason when the file does not say. */
  async seenBy(path: string): Promise<SeenPatients | string> {
    const first = await this.read(path);
    if (typeof first === 'string') return first;
    const trained = new Set(first.train);
    const selected = new Set(first.val);
    const gaps: string[] = [];
    let { startedFrom } = first;
    for (let i = 0; i < MOST_ANCESTORS && startedFrom !== null; i++) {
      const earlier = await this.read(startedFrom);
      if (typeof earlier === 'string') {
        gaps.push(`${path} was started from weights of which nothing is known: ${earlier}`);
        break;
      }
      for (const hash of earlier.train) trained.add(hash);
      for (const hash of earlier.val) selected.add(hash);
      startedFrom = earlier.startedFrom;
    }
    return { trained, selected, gaps };
  }

  private async read(path: string): Promise<Own | string> {
    const known = this.known.get(path) ?? (await readOwn(path));
    this.known.set(path, known);
    return known;
  }
}

async function readOwn(path: string): Promise<Own | string> {
  if (!existsSync(path)) return `${path} is not there`;
  if (!/\.pth?$/i.test(path)) return `${path} does not say whom it was trained on`;
  try {
    const saved = await readCheckpoint(path);
    if (saved === null) return `${path} is of another program and does not say whom it was trained on`;
    disposeAll([saved.model, saved.resume]);
    const { patients, config } = saved.about;
    return { ...patients, startedFrom: config.model?.weights ?? null };
  } catch (error) {
    if (error instanceof RadweaveError) return error.message;
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
