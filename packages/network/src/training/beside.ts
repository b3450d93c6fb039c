/**
 * Work that continues while the caller does, one piece at a time. Of the pieces that come meanwhile, joined, one waits. An error
 * is thrown to whoever next asks or waits: it is lost nowhere, and thrown once.
 */
export class Beside<T> {
  private readonly work: (piece: T) => Promise<void>;
  private readonly join: (older: T, newer: T) => T;
  private waiting: { piece: T } | null = null;
  private underWay: { piece: T } | null = null;
  private under: Promise<void> = Promise.resolve();
  private failure: { error: unknown } | null = null;

  constructor(work: (piece: T) => Promise<void>, join: (older: T, newer: T) => T) {
    this.work = work;
    this.join = join;
  }

  /** The piece that is worked on, and the one that waits. */
  get pieces(): { underWay: T | null; waiting: T | null } {
    return { underWay: this.underWay?.piece ?? null, waiting: this.waiting?.piece ?? null };
  }

  /** Adds a piece of work. @throws what earlier work threw. */
  add(piece: T): void {
    this.check();
    this.waiting = { piece: this.waiting === null ? piece : this.join(this.waiting.piece, piece) };
    if (this.underWay === null) this.under = this.run();
  }

  /** Gives up the piece that waits. */
  drop(): void {
    this.waiting = null;
  }

  /** @throws what work threw. */
  check(): void {
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure.error;
  }

  /** Waits for everything. @throws what it threw. */
  async finished(): Promise<void> {
    await this.under;
    this.check();
  }

  /** Waits for everything, where another error is on its way already. */
  async settled(): Promise<void> {
    await this.under;
    this.failure = null;
  }

  /** Never rejects: Node ends the process for an error that nobody waits for yet. */
  private async run(): Promise<void> {
    while (this.waiting !== null && this.failure === null) {
      this.underWay = this.waiting;
      this.waiting = null;
      await this.work(this.underWay.piece).catch((error: unknown) => {
        this.failure = { error };
      });
    }
    this.underWay = null;
    this.waiting = null;
  }
}
