import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import { explainFileError } from '../files/explain.ts';
import { type EventContent, encodeEvent, encodeVersionEvent } from './event.ts';
import { frameRecord } from './record.ts';

const PREFIX = 'events.out.tfevents.';

/** Whether TensorBoard takes a file of this name for an event file. */
export function isEventFile(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Writes a TensorBoard event file. All tags of a run share one step axis (the epoch, or the global step), so that
 * `cutEvents` can cut them back to a checkpoint together.
 */
export class EventWriter {
  readonly path: string;
  readonly #clock: () => number;
  #handle: number | undefined;
  #pending: Uint8Array[] = [];

  /**
   * Opens a new file in `folder`; existing ones (of a run that is resumed) stay and are read before it.
   *
   * @param clock Seconds since 1970.
   * @throws ResourceError when the disk is full or the folder is not writable.
   */
  constructor(folder: string, clock: () => number = () => Date.now() / 1000) {
    this.#clock = clock;
    try {
      mkdirSync(folder, { recursive: true });
      [this.path, this.#handle] = openNew(folder, Math.floor(clock()));
    } catch (error) {
      throw explainFileError(error, 'write', folder);
    }
    this.#pending.push(frameRecord(encodeVersionEvent(clock())));
    this.flush();
  }

  scalar(tag: string, value: number, step: number): void {
    this.#add(step, { kind: 'scalar', tag, value });
  }

  /** @param png An encoded PNG of the given size in pixels. */
  image(
    tag: string,
    png: Uint8Array,
    size: { width: number; height: number; channels: 1 | 3 | 4 },
    step: number,
  ): void {
    this.#add(step, { kind: 'image', tag, png, ...size });
  }

  /** @param text Markdown. */
  text(tag: string, text: string, step: number): void {
    this.#add(step, { kind: 'text', tag, text });
  }

  /** Hands everything to the operating system, so that TensorBoard sees it and a killed process loses none of it. */
  flush(): void {
    if (this.#handle === undefined) throw new Error('the event file is closed');
    const bytes = Buffer.concat(this.#pending);
    try {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(this.#handle, bytes, offset);
    } catch (error) {
      throw explainFileError(error, 'write', this.path);
    }
    this.#pending = [];
  }

  /** Flushes to disk and closes; closing twice is allowed. */
  close(): void {
    if (this.#handle === undefined) return;
    try {
      this.flush();
      fsyncSync(this.#handle);
    } catch (error) {
      throw explainFileError(error, 'write', this.path);
    } finally {
      closeSync(this.#handle);
      this.#handle = undefined;
    }
  }

  #add(step: number, content: EventContent): void {
    this.#pending.push(frameRecord(encodeEvent(this.#clock(), step, content)));
  }
}

/** Opens `events.out.tfevents.<seconds>.radweave.<pid>.<n>`, without the host that TensorFlow puts there, with the first n that is free. */
function openNew(folder: string, seconds: number): [path: string, handle: number] {
  const stamp = String(seconds).padStart(10, '0');
  for (let n = 0; ; n++) {
    const path = join(folder, `${PREFIX}${stamp}.radweave.${process.pid}.${n}`);
    try {
      return [path, openSync(path, 'wx')];
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
}
