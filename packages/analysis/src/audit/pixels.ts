import { InterruptedError } from '@radweave/artifacts';
import { type SliceFacts, scanSlices } from '@radweave/imaging';
import { type Fault, type Remark, remark } from '@radweave/remarks';
import type { StageContext } from '@radweave/study/context/events';
import type { AuditedSlice, AuditSubject } from './subject.ts';

/** A slice whose pixels were looked at. */
export interface SeenSlice extends AuditedSlice {
  facts: SliceFacts;
}

export interface AuditedPixels {
  /** All of them, in the order of the split files. */
  seen: readonly SeenSlice[];
  /** Constant ones are only counted: they all agree. */
  slices: readonly SeenSlice[];
  constant: number;
  /** What is wrong with images that cannot be decoded. */
  faults: readonly { path: string; fault: Fault }[];
}

/** Decodes each image once, as it is on disk: resizing would hide what differs. @throws InterruptedError when told to stop. */
export async function scanPixels(subject: AuditSubject, context: StageContext): Promise<AuditedPixels> {
  const paths = [...new Set(subject.slices.map(({ path }) => path))];
  const { num_workers } = subject.config.data;
  const abort = new AbortController();
  const results = scanSlices(paths, {
    perceptual: true,
    threads: num_workers === 0 ? undefined : num_workers,
    signal: abort.signal,
    onProgress: (done, total) => {
      context.emit({ kind: 'progress', task: 'comparing images', done, total });
      if (context.shouldStop()) abort.abort(new InterruptedError('the audit was stopped'));
    },
  });
  const facts = new Map<string, SliceFacts>();
  const faults: { path: string; fault: Fault }[] = [];
  for await (const batch of results) {
    for (const result of batch) {
      if (result.fault === undefined) facts.set(result.path, result);
      else faults.push({ path: result.path, fault: result.fault });
    }
  }
  const seen = subject.slices.flatMap((slice): SeenSlice[] => {
    const own = facts.get(slice.path);
    return own === undefined ? [] : [{ ...slice, facts: own }];
  });
  const slices = seen.filter((slice) => !slice.facts.constant);
  return { seen, slices, constant: seen.length - slices.length, faults };
}

export function pixelGaps({ faults }: AuditedPixels): Remark[] {
  const [example] = faults;
  if (example === undefined) return [];
  const { code, text } = example.fault;
  return [remark('audit-undecodable', { n: faults.length, file: example.path, fault: { code, text } })];
}
