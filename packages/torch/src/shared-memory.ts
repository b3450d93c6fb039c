/** Bytes of the blocks that pieces are cut from. What is not touched takes no memory. */
const BLOCK = 64 * 1024 * 1024;

/** Every piece begins at a multiple of this, so no two ever touch. */
const ALIGNMENT = 64;

/**
 * Memory that threads see without copies, handed out piece by piece and taken back all at once. Used again it is warm: the first
 * touch of fresh memory costs more than copying into it.
 */
export class SharedMemory {
  private readonly blocks: SharedArrayBuffer[] = [];
  private block = 0;
  private used = 0;

  /** The next `bytes` bytes. */
  take(bytes: number): Uint8Array {
    const step = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    for (let block = this.blocks[this.block]; block !== undefined; block = this.blocks[++this.block]) {
      if (this.used + step <= block.byteLength) return this.cut(block, bytes, step);
      this.used = 0;
    }
    const made = new SharedArrayBuffer(Math.max(BLOCK, step));
    this.blocks.push(made);
    return this.cut(made, bytes, step);
  }

  /** Takes everything back: what was handed out must no longer be read. */
  reset(): void {
    this.block = 0;
    this.used = 0;
  }

  private cut(block: SharedArrayBuffer, bytes: number, step: number): Uint8Array {
    const piece = new Uint8Array(block, this.used, bytes);
    this.used += step;
    return piece;
  }
}
