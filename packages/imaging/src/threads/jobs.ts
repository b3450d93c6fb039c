import { fileShape } from '../decode.ts';
import type { SliceShape } from '../slice.ts';
import { type FillJob, fillRecords } from '../slices/fill.ts';
import {
  collected,
  type InspectWishes,
  inspectSlice,
  type ScannedSlice,
  type SliceFault,
} from '../slices/inspect.ts';
import type { Filled } from '../store/layout.ts';

/** A batch of work for one thread. */
export interface InspectJob {
  readonly kind: 'inspect';
  readonly paths: readonly string[];
  readonly wishes: InspectWishes;
}

export interface ShapeJob {
  readonly kind: 'shape';
  readonly paths: readonly string[];
}

/** Which job gives which result, one per path. */
export interface JobResults {
  readonly inspect: ScannedSlice;
  readonly shape: SliceShape | SliceFault;
  readonly fill: Filled | SliceFault;
}

export type Job = InspectJob | ShapeJob | FillJob;

export function doJob(job: Job): JobResults[Job['kind']][] {
  switch (job.kind) {
    case 'inspect':
      return job.paths.map((path) => inspectSlice(path, job.wishes));
    case 'shape':
      return job.paths.map((path) => collected(path, () => fileShape(path)));
    case 'fill':
      return fillRecords(job);
  }
}
