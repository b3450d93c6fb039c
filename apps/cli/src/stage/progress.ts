import type { StageEvent } from '@radweave/pipeline';

/** Where progress is written, usually standard error. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Shows what a stage tells. On a terminal one line is kept up to date; piped, there are plain lines only: messages,
 * epochs, and a task's beginning and end.
 */
export class ProgressDisplay {
  private readonly out: Terminal;
  private readonly quiet: boolean;
  private live = '';
  private epochStarted = 0;
  private slicesDone = 0;
  private best: number | null = null;

  constructor(out: Terminal, quiet: boolean) {
    this.out = out;
    this.quiet = quiet;
  }

  show(event: StageEvent): void {
    switch (event.kind) {
      case 'log':
        if (!this.quiet || event.level === 'warning') {
          this.line(event.level === 'warning' ? `Warning: ${event.text}` : event.text);
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
    if (this.out.isTTY === true) this.update(`${task}: ${done}/${total}`);
    else if (done === total && !this.quiet) this.line(`${task}: ${total} done`);
  }

  private step({ report, epochs }: Extract<StageEvent, { kind: 'step' }>): void {
    const now = performance.now();
    if (this.epochStarted === 0) this.epochStarted = now;
    else this.slicesDone += report.slices;
    const seconds = (now - this.epochStarted) / 1000;
    const rate = seconds > 0 ? this.slicesDone / seconds : 0;
    const left = rate > 0 ? ((report.steps - report.step) * report.slices) / rate : 0;
    const best = this.best === null ? '' : ` · best AUC ${this.best.toFixed(4)}`;
    this.update(
      `epoch ${report.epoch}/${epochs} · step ${report.step}/${report.steps} · loss ${report.loss.toFixed(4)} · ` +
        `${rate.toFixed(1)} slices/s · ${duration(left)} left in epoch${best}`,
    );
  }

  private epoch({ report, epochs }: Extract<StageEvent, { kind: 'epoch' }>): void {
    this.epochStarted = 0;
    this.slicesDone = 0;
    this.best = report.best?.score ?? null;
    if (this.quiet) return;
    const auc = (value: number | null): string => (value === null ? 'n/a' : value.toFixed(4));
    const { train, validation } = report;
    this.line(
      `epoch ${report.epoch}/${epochs}  loss ${train.loss.toFixed(4)}  val loss ${validation.loss.toFixed(4)}  ` +
        `val AUC ${auc(validation.slice.auc.value)} (patients ${auc(validation.patient.auc.value)})` +
        `${report.isBest ? '  best' : ''}`,
    );
  }

  private update(text: string): void {
    if (this.out.isTTY !== true || this.quiet) return;
    const shown = text.slice(0, (this.out.columns ?? 80) - 1);
    this.out.write(`\r${shown}${' '.repeat(Math.max(0, this.live.length - shown.length))}`);
    this.live = shown;
  }

  private line(text: string): void {
    this.clear();
    this.out.write(`${text}\n`);
  }
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
