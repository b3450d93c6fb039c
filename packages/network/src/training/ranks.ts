import { type DistributedGradients, nn, type ProcessGroup, type Tensor } from '@radweave/torch';
import { inBatches } from '../slices/batches.ts';
import { type Attempt, attempt, attemptLater, heardOf, resultIn, type Told, toldOf } from './rank-errors.ts';
import type { ReadResult } from './unread-results.ts';

/** What one process takes of a batch. */
export interface Share {
  /** Never empty: where there are fewer slices than processes, one slice that counts nothing. */
  positions: Uint32Array;
  /** Where the share begins in the batch. */
  from: number;
  /** Slices of it that count. */
  count: number;
}

/**
 * The processes that train one network together. Each computes its share of every batch; gradients, losses and predictions are
 * then those of the whole batch in all of them, so that all decide alike without asking. They part the batch, not the cohort:
 * no slice is lost or repeated.
 */
export class Ranks {
  readonly rank: number;
  readonly size: number;
  /** Which of those of its machine this one is, from 0, where that is known. */
  readonly localRank: number | undefined;
  /** This process's own. */
  device = 'cpu';
  private readonly group: ProcessGroup;
  /** What the batch norms of a network ask, where they are told to. */
  private readonly norms: nn.Together;
  private reducer: DistributedGradients | null = null;
  private isClosed = false;

  constructor(group: ProcessGroup, localRank?: number | undefined) {
    this.group = group;
    this.localRank = localRank;
    this.rank = group.rank;
    this.size = group.size;
    this.norms = { sumOfAll: (tensor) => group.sumOfAll(tensor), share: 1, slices: 0 };
  }

  /** From now on this process computes on that device, and the others on such a one. */
  computeOn(device: string): void {
    if (device !== 'cpu') this.group.joinGpus(device);
    this.device = device;
  }

  /** This process's part of a batch; the first one's is never the smaller. */
  share(batch: Uint32Array): Share {
    const [from, to] = [this.rank, this.rank + 1].map((rank) => Math.ceil((batch.length * rank) / this.size));
    const positions = batch.subarray(from, to);
    const isEmpty = positions.length === 0;
    this.norms.share = isEmpty ? 0 : 1;
    this.norms.slices = batch.length;
    return {
      positions: isEmpty ? batch.subarray(0, 1) : positions,
      from: from ?? 0,
      count: positions.length,
    };
  }

  /**
   * What a process's mean loss is to be multiplied with, for the mean over all processes to be the batch's.
   *
   * @param weights of the classes, where the loss is a mean weighted by them; else null.
   */
  weight(
    batch: Uint32Array,
    { positions, count }: Share,
    labels: Int32Array,
    weights: Tensor | null,
  ): number {
    if (count === 0) return 0;
    const classes = weights?.toFloat32Array() ?? null;
    const total = (some: Uint32Array): number =>
      classes === null ? some.length : some.reduce((sum, at) => sum + (classes[labels[at] ?? 0] ?? 0), 0);
    return (this.size * total(positions)) / total(batch);
  }

  /** Runs a backward pass after which the gradients of what learns are the mean of all processes'. */
  reduce<T>(model: nn.Module, body: () => T): T {
    this.reducer ??= this.group.gradients(model.parameters().filter(({ requiresGrad }) => requiresGrad));
    return this.reducer.reduce(body);
  }

  /** A whole batch's loss and probabilities, in each process, from its share's. */
  whole(batch: Uint32Array, share: Share, weight: number, own: ReadResult): ReadResult {
    const classes = own.probabilities.length / share.positions.length;
    const values = new Float64Array(1 + batch.length * classes);
    values[0] = weight === 0 ? 0 : (own.loss * weight) / this.size;
    if (share.count > 0) values.set(own.probabilities, 1 + share.from * classes);
    const [loss = Number.NaN, ...probabilities] = this.group.sum(values);
    return { positions: batch, loss, probabilities: Float32Array.from(probabilities) };
  }

  /** The slices that this process predicts of those in `order`: every so many-th batch, whole. */
  predicted(order: Uint32Array, batchSize: number): Uint32Array {
    const batches = [...inBatches(order, batchSize)].filter((_, i) => i % this.size === this.rank);
    return Uint32Array.from(batches.flatMap((batch) => [...batch]));
  }

  /** All predicted batches, in each process and in the order of one alone, from those that each has predicted. */
  all(order: Uint32Array, batchSize: number, classes: number, own: readonly ReadResult[]): ReadResult[] {
    const batches = [...inBatches(order, batchSize)];
    const losses = batches.length;
    const values = new Float64Array(losses + order.length * classes);
    const place = (batch: number): number => losses + batch * batchSize * classes;
    own.forEach(({ loss, probabilities }, i) => {
      const batch = i * this.size + this.rank;
      values[batch] = loss;
      values.set(probabilities, place(batch));
    });
    const sums = this.group.sum(values);
    return batches.map((positions, batch) => {
      const from = place(batch);
      const probabilities = Float32Array.from(sums.slice(from, from + positions.length * classes));
      return { positions, loss: sums[batch] ?? Number.NaN, probabilities };
    });
  }

  /** Batch norms that learn normalise by the whole batch from now on. */
  joinNorms(model: nn.Module): void {
    for (const [, module] of model.namedModules()) {
      if (module instanceof nn.BatchNorm2d) module.together = this.norms;
    }
  }

  /** Whether any process is asked to stop. */
  anyStops(isAsked: boolean): boolean {
    return this.group.sum([isAsked ? 1 : 0])[0] !== 0;
  }

  /** What each process says, by rank. */
  allSay(text: string): string[] {
    const decoder = new TextDecoder();
    return this.group.allGather(new TextEncoder().encode(text)).map((bytes) => decoder.decode(bytes));
  }

  /** What the first process makes, as JSON holds it; the others wait for it and make nothing. All throw its error. */
  fromFirst<T>(make: () => T): T {
    if (this.rank === 0) {
      const made = attempt(make);
      this.tell(made, toldOf(made));
      return resultIn(made);
    }
    const [first = ''] = this.allSay('');
    return resultIn<T>(heardOf(JSON.parse(first), 0));
  }

  /** Each does its own; where one cannot, all throw the error of the first such one. */
  async eachDoes<T>(body: () => T | Promise<T>): Promise<T> {
    const made = await attemptLater(body);
    const said = this.tell(made, 'error' in made ? toldOf(made) : null);
    const rank = said.findIndex((one) => one !== '');
    return resultIn('error' in made || rank === -1 ? made : heardOf<T>(JSON.parse(said[rank] ?? ''), rank));
  }

  /** What all say. Where this process has failed, that is what matters, and not that the others are gone. */
  private tell(made: Attempt<unknown>, told: Told<unknown> | null): string[] {
    try {
      return this.allSay(told === null ? '' : JSON.stringify(told));
    } catch (lost) {
      throw 'error' in made ? made.error : lost;
    }
  }

  /** As {@link eachDoes}, the first process before the others, which find what it has fetched and decoded. */
  async inTurn<T>(body: () => Promise<T>): Promise<T> {
    const nothing = (): void => undefined;
    if (this.rank > 0) await this.eachDoes(nothing);
    const made = await this.eachDoes(body);
    if (this.rank === 0) await this.eachDoes(nothing);
    return made;
  }

  /** All tensors become the first process's. */
  takeFirst(tensors: Iterable<Tensor>): void {
    this.group.broadcast([...tensors]);
  }

  meet(): void {
    this.group.barrier();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.reducer?.close();
    this.group.close();
  }
}
