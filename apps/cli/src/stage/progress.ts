import type { StageEvent } from '@radweave/pipeline';
import picocolors from 'picocolors';
import { forThisStudy } from '../command-line.ts';
import { terminalWidth, wrapped } from '../terminal-width.ts';
import type { JobClock } from './job-clock.ts';
import { TrainingClock } from './training-clock.ts';

/** Where progress is written, usually standard error. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Cells of the bar. */
const BAR = 20;

/**
 * Shows what a stage tells. On a terminal one line is kept up to date; piped, there are plain lines only: messages,
 * epochs, and a task's end.
 */
export class ProgressDisplay {
  private readonly out: Terminal;
  private readonly quiet: boolean;
  private readonly colours: ReturnType<typeof coloursOf>;
  private readonly clock = new TrainingClock();
  private readonly job: JobClock | undefined;
  private readonly told: Set<string>;
  private live = '';
  private best: number | null = null;

  /**
   * @param job tells the time left of the whole job that the stage belongs to.
   * @param told Facts that the job's stages have said so far: they are not said again.
   */
  constructor(out: Terminal, quiet: boolean, job?: JobClock, told: Set<string> = new Set()) {
    this.out = out;
    this.job = job;
    this.told = told;
    this.quiet = quiet;
    this.colours = coloursOf(out);
  }

  show(event: StageEvent): void {
    switch (event.kind) {
      case 'log':
        if (event.level === 'warning') {
          this.line(`${this.colours.yellow('Warning:')} ${forThisStudy(event.text)}`);
        } else if (!this.quiet && !(event.isFact === true && this.told.has(event.text))) {
          if (event.isFact === true) this.told.add(event.text);
          this.line(forThisStudy(event.text));
        }
        break;
      case 'progress':
        this.task(event.task, event.done, event.total);
        break;
      case 'step':
        this.step(event);
        break;
      case 'epoch':
        this.epoch(event);
        break;
    }
  }

  /** Ends the live line, so that other output begins on a line of its own. */
  clear(): void {
    if (this.live !== '') this.out.write(`\r${' '.repeat(this.live.length)}\r`);
    this.live = '';
  }

  private task(task: string, done: number, total: number): void {
    if (this.out.isTTY === true) this.update(`${bar(done / total)} ${task} ${done}/${total}`);
    // Validation belongs to an epoch, whose own line follows.
    else if (done === total && !this.quiet && !this.clock.isInEpoch) this.line(`${task}: ${total} done`);
  }

  private step({ report, epochs }: Extract<StageEvent, { kind: 'step' }>): void {
    const now = performance.now();
    const own = this.clock.step(report, epochs, now);
    const { done, secondsLeft } = this.job?.step(own.done, now) ?? own;
    const what = this.job === undefined ? '' : 'whole job: ';
    const parts = [
      `${bar(done)} epoch ${report.epoch}/${epochs}`,
      ...(secondsLeft === null ? [] : [`${what}${duration(secondsLeft)} left`]),
      `loss ${report.loss.toFixed(3)}`,
      ...(this.best === null ? [] : [`best AUC ${this.best.toFixed(3)}`]),
      ...(own.slicesPerSecond === null ? [] : [`${own.slicesPerSecond.toFixed(0)}/s`]),
    ];
    this.update(fitting(parts, terminalWidth(this.out) - 1));
  }

  private epoch({ report, epochs }: Extract<StageEvent, { kind: 'epoch' }>): void {
    this.clock.endEpoch();
    this.best = report.best?.score ?? null;
    if (this.quiet) return;
    const auc = (value: number | null): string => (value === null ? 'n/a' : value.toFixed(4));
    const { train, validation } = report;
    this.line(
      `epoch ${report.epoch}/${epochs}  loss ${train.loss.toFixed(4)} (val ${validation.loss.toFixed(4)})  ` +
        `val AUC ${auc(validation.slice.auc.value)} (patients ${auc(validation.patient.auc.value)})` +
        `${report.isBest ? '  best' : ''}`,
    );
  }

  private update(text: string): void {
    if (this.out.isTTY !== true || this.quiet) return;
    const shown = text.slice(0, terminalWidth(this.out) - 1);
    this.out.write(`\r${shown}${' '.repeat(Math.max(0, this.live.length - shown.length))}`);
    this.live = shown;
  }

  /** A terminal would break words; a file keeps one line for each message. */
  private line(text: string): void {
    this.clear();
    const isWide = this.out.isTTY === true;
    this.out.write(`${isWide ? wrapped(text, terminalWidth(this.out)) : text}\n`);
  }
}

/** Shows what several workers tell, each line with the number of its worker. */
export function showWorkers(quiet: boolean): (event: StageEvent, worker: number) => void {
  const displays = new Map<number, ProgressDisplay>();
  return (event, worker) => {
    const write = (text: string) => process.stderr.write(text.replace(/^(?=.)/gm, `[worker ${worker}] `));
    const display = displays.get(worker) ?? new ProgressDisplay({ write }, quiet);
    displays.set(worker, display);
    display.show(event);
  };
}

/** As many of the parts as there is room for. */
function fitting(parts: readonly string[], room: number): string {
  return parts.reduce((line, part) => {
    const longer = `${line} · ${part}`;
    return longer.length <= room ? longer : line;
  });
}

/** How much of a whole is done, drawn. */
function bar(share: number): string {
  const filled = Math.round(BAR * Math.min(1, Math.max(0, share)));
  return '█'.repeat(filled) + '░'.repeat(BAR - filled);
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** Colours where a person looks: on a terminal, unless `NO_COLOR` or a terminal without colours says otherwise. */
export function coloursOf(
  out: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
): ReturnType<typeof picocolors.createColors> {
  const isWanted = (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return picocolors.createColors(out.isTTY === true && isWanted);
}
