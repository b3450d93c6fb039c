import { SavedDict } from './saved-dict.ts';

export interface Scheduled {
  readonly paramGroups: readonly { lr: number; initialLr?: number }[];
}

/** Changes the learning rates of an optimizer's groups as training continues; one `step` is usually an epoch. */
export interface Scheduler {
  /** Moves on by one step. `metric` is what the plateau schedule watches; the others take no notice of it. */
  step(metric?: number): void;
  /** The learning rate of each group after the last step. */
  readonly lastLr: readonly number[];
  /** In the layout of torch's scheduler of the same name. */
  stateDict(): Record<string, unknown>;
  /**
   * Takes over everything from a state dict, the schedule's own settings included, as torch does. The
   * learning rates themselves are part of the optimizer's state: load that too.
   */
  loadStateDict(saved: unknown): void;
}

/** Schedules that follow the number of steps alone. */
export abstract class StepCountScheduler<Setting extends string> implements Scheduler {
  private readonly optimizer: Scheduled;
  /** The schedule's own numbers, by torch's names. */
  protected settings: Readonly<Record<Setting, number>>;
  private baseLrs: readonly number[];
  private lastEpoch = 0;
  private stepCount = 1;
  private last: readonly number[];

  constructor(optimizer: Scheduled, settings: Readonly<Record<Setting, number>>) {
    this.optimizer = optimizer;
    this.settings = settings;
    for (const group of optimizer.paramGroups) group.initialLr ??= group.lr;
    this.baseLrs = optimizer.paramGroups.map(({ initialLr, lr }) => initialLr ?? lr);
    this.last = optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** The learning rate at `epoch` (1 or more), from the one before it and from the one the schedule began with. */
  protected abstract next(epoch: number, lr: number, baseLr: number): number;

  get lastLr(): readonly number[] {
    return this.last;
  }

  step(): void {
    this.stepCount += 1;
    this.lastEpoch += 1;
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      group.lr = this.next(this.lastEpoch, group.lr, this.baseLrs[i] ?? group.lr);
    }
    this.last = this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  stateDict(): Record<string, unknown> {
    return {
      ...this.settings,
      base_lrs: [...this.baseLrs],
      last_epoch: this.lastEpoch,
      verbose: false,
      _step_count: this.stepCount,
      _get_lr_called_within_step: false,
      _last_lr: [...this.last],
    };
  }

  loadStateDict(saved: unknown): void {
    const dict = new SavedDict(saved, `${this.constructor.name} state`);
    const baseLrs = groupLrs(dict, 'base_lrs', this.optimizer);
    const last = groupLrs(dict, '_last_lr', this.optimizer);
    const lastEpoch = dict.number('last_epoch');
    const stepCount = dict.number('_step_count');
    const settings = Object.keys(this.settings).map((name) => [name, dict.number(name)]);
    this.settings = Object.fromEntries(settings);
    this.baseLrs = baseLrs;
    this.last = last;
    this.lastEpoch = lastEpoch;
    this.stepCount = stepCount;
  }
}

/** One number for each of the optimizer's groups. @throws RangeError when their number is another. */
export function groupLrs(saved: SavedDict, key: string, optimizer: Scheduled): number[] {
  const values = saved.numbers(key);
  const expected = optimizer.paramGroups.length;
  if (values.length !== expected) {
    throw new RangeError(`${saved.place}: '${key}' is for ${values.length} group(s), not ${expected}`);
  }
  return values;
}
