/**
 * Work that goes on while the caller does, one piece after the other. An error is thrown to whoever next waits: it is lost
 * nowhere, and thrown once.
 */
export class Beside {
  private under: Promise<void> = Promise.resolve();

  /** Starts work; what was started before must have been waited for. */
  start(work: () => Promise<void>): void {
    this.under = work();
    // Node ends the process for an error that nobody waits for yet.
    this.under.catch(() => undefined);
  }

  /** Waits for the work under way. @throws what it threw. */
  async finished(): Promise<void> {
    const { under } = this;
    this.under = Promise.resolve();
    await under;
  }

  /** Waits for the work under way, where another error is on its way already. */
  async settled(): Promise<void> {
    await this.under.catch(() => undefined);
  }
}
