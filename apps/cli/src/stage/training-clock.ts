import type { StageEvent } from '@radweave/pipeline';

type StepReport = Extract<StageEvent, { kind: 'step' }>['report'];

/** How far training is. What cannot be known yet is null. */
interface Pace {
  /** Share of all epochs, 0 to 1. */
  done: number;
  slicesPerSecond: number | null;
  /** Until the last epoch's end, validation included; early stopping may come before. */
  secondsLeft: number | null;
}

/** Tells how fast training goes and how long it still takes, from the steps that it reports. */
export class TrainingClock {
  /** The first step that was seen, after which time is taken: a resumed run does not begin at nothing. */
  private first: { at: number; done: number } | null = null;
  private epochBegan: number | null = null;
  private slices = 0;

  get isInEpoch(): boolean {
    return this.epochBegan !== null;
  }

  /** @param now milliseconds. */
  step({ epoch, step, steps, slices }: StepReport, epochs: number, now: number): Pace {
    const done = (epoch - 1 + step / steps) / epochs;
    this.first ??= { at: now, done };
    if (this.epochBegan === null) this.epochBegan = now;
    else this.slices += slices;
    const inEpoch = (now - this.epochBegan) / 1000;
    const [seconds, share] = [(now - this.first.at) / 1000, done - this.first.done];
    return {
      done,
      slicesPerSecond: inEpoch > 0 ? this.slices / inEpoch : null,
      secondsLeft: seconds > 0 && share > 0 ? (seconds / share) * (1 - done) : null,
    };
  }

  endEpoch(): void {
    this.epochBegan = null;
    this.slices = 0;
  }
}
