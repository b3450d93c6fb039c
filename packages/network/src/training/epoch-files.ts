import type { RunRecord } from '@radweave/artifacts';
import type { EpochReport } from '@radweave/study/context/reports';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import { SharedMemory, TorchFileWriter } from '@radweave/torch';
import { type Snapshot, type SnapshotMemory, writeCheckpoint } from '../open/checkpoint.ts';
import { Beside } from './beside.ts';
import type { Recorder } from './recorder.ts';

interface Finished {
  reports: readonly EpochReport[];
  /** Weights of the epochs that keep a file of their own. */
  kept: readonly { path: string; weights: Snapshot }[];
  /** The best of these epochs, where one is the best so far. */
  best: Snapshot | null;
  last: Snapshot;
  record: RunRecord;
}

/**
 * Writes checkpoints, history and record of a run while the next epoch trains, in a thread of its own, from copies in memory. Where
 * writing takes longer than an epoch, what several epochs leave is written together: the best of them, a row of the history for
 * each, and the last one. The order matters: what a crash can leave behind (a best checkpoint, history rows, events of
 * epochs whose last checkpoint is missing) is made again when the run is resumed from the checkpoint before, equal on a CPU and
 * with `--deterministic`.
 */
export class EpochFiles {
  private readonly run: RunFolder;
  private readonly recorder: Recorder;
  private readonly keeps: { epochs: boolean; last: boolean };
  private readonly writer = new TorchFileWriter();
  private readonly memories = { weights: [] as SharedMemory[], states: [] as SharedMemory[] };
  private readonly writing = new Beside<Finished>((finished) => this.write(finished), together);

  /** @param keeps whether each epoch's weights get a file of their own, and whether there is a last checkpoint. */
  constructor(run: RunFolder, recorder: Recorder, keeps: { epochs: boolean; last: boolean }) {
    this.run = run;
    this.recorder = recorder;
    this.keeps = keeps;
  }

  /** Takes over what the run begins with. Without a record, which comes last, it was not begun. */
  begin(take: (memory: SnapshotMemory) => Snapshot, record: RunRecord): void {
    this.writing.add({ reports: [], kept: [], best: null, last: this.taken(take), record });
  }

  /** Writes a checkpoint from which the run continues, if any is kept, after everything before. */
  async writeLast(take: (memory: SnapshotMemory) => Snapshot): Promise<void> {
    await this.writing.finished();
    if (this.keeps.last) await this.checkpoint(this.run.last, this.taken(take));
  }

  /** Takes over what an epoch leaves. @throws what writing of an earlier one threw. */
  async add(
    report: EpochReport,
    take: (memory: SnapshotMemory) => Snapshot,
    record: RunRecord,
  ): Promise<void> {
    // Files of every epoch are more than may wait in memory.
    if (this.keeps.epochs) await this.writing.finished();
    else this.check();
    const last = this.taken(take);
    // For extraction and prediction: a third of the last checkpoint's size.
    const weights: Snapshot = { ...last, states: null };
    this.writing.add({
      reports: [report],
      kept: this.keeps.epochs ? [{ path: this.run.epoch(report.epoch), weights }] : [],
      best: report.isBest ? weights : null,
      last,
      record,
    });
  }

  /** @throws what writing threw. */
  check(): void {
    this.writing.check();
  }

  /** The best weights that are not surely on disk yet; null when they are. */
  get unwrittenBest(): Snapshot | null {
    const { waiting, underWay } = this.writing.pieces;
    return waiting?.best ?? underWay?.best ?? null;
  }

  /** Waits until all is on disk. @throws what writing threw. */
  async finished(): Promise<void> {
    await this.writing.finished();
  }

  /** Waits for what is being written, whatever comes of it, and ends the thread. */
  async close(): Promise<void> {
    await this.writing.settled();
    await this.writer.close();
    for (const all of Object.values(this.memories)) all.length = 0;
  }

  /** A copy of what training stands at. A copy that fails has spoilt what waits: that is never written then. */
  private taken(take: (memory: SnapshotMemory) => Snapshot): Snapshot {
    try {
      return take(this.freeMemory());
    } catch (error) {
      this.writing.drop();
      throw error;
    }
  }

  /** Memory of which nothing is to be written any more: what the waiting epoch had for going on is superseded by who asks. */
  private freeMemory(): SnapshotMemory {
    const { underWay, waiting } = this.writing.pieces;
    const held = [underWay?.best, underWay?.last, waiting?.best].flatMap((one) => {
      if (one === undefined || one === null) return [];
      return one.states === null ? [one.memory.weights] : [one.memory.weights, one.memory.states];
    });
    const freeOf = (all: SharedMemory[]): SharedMemory => {
      const memory = all.find((one) => !held.includes(one)) ?? new SharedMemory();
      if (!all.includes(memory)) all.push(memory);
      memory.reset();
      return memory;
    };
    return { weights: freeOf(this.memories.weights), states: freeOf(this.memories.states) };
  }

  private async write({ reports, kept, best, last, record }: Finished): Promise<void> {
    if (best !== null) await this.checkpoint(this.run.best, best);
    for (const { path, weights } of kept) await this.checkpoint(path, weights);
    for (const report of reports) this.recorder.epoch(report);
    if (this.keeps.last) await this.checkpoint(this.run.last, last);
    this.run.write(record);
  }

  private checkpoint(path: string, snapshot: Snapshot): Promise<void> {
    return writeCheckpoint(path, snapshot, this.writer);
  }
}

function together(older: Finished, newer: Finished): Finished {
  return {
    ...newer,
    reports: [...older.reports, ...newer.reports],
    kept: [...older.kept, ...newer.kept],
    best: newer.best ?? older.best,
  };
}
