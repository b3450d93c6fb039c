import { type Config, SPLITS, type Split } from '@radweave/artifacts';
import type { StoreBuilder } from '@radweave/imaging';
import type { SliceTable } from '@radweave/study/cohort/slice-table';
import type { StageContext, StageEvent } from '@radweave/study/context/events';
import { decodeWith, type LoadedSplit, storeBuilder } from './load.ts';

/** A set that is being decoded. */
interface Pending {
  readonly loading: Promise<LoadedSplit>;
  readonly told: Withheld;
}

/**
 * Decodes the sets of a modality one after the other, while the calling thread opens a device or computes. What there is to tell
 * of a set is told when it is asked for, as if it were decoded then.
 */
export class Decoding {
  private readonly builder: StoreBuilder;
  private readonly sets: ReadonlyMap<Split, Pending>;
  private readonly untaken = new Set<Split>(SPLITS);
  private failure: { readonly reason: unknown } | undefined;

  /** Begins. Whoever makes it closes it. */
  constructor(
    data: Config['data'],
    modality: string,
    tables: Readonly<Record<Split, SliceTable>>,
    context: StageContext,
  ) {
    this.builder = storeBuilder(data);
    this.sets = new Map(
      SPLITS.map((split) => {
        const told = new Withheld(context);
        const set = { data, split, modality, table: tables[split], context: told };
        const loading = decodeWith(this.builder, set);
        loading.catch((reason: unknown) => {
          this.failure ??= { reason };
        });
        return [split, { loading, told }];
      }),
    );
  }

  /** A set, once it is decoded. @throws DataError, ResourceError as `decodeSplit`. */
  async take(split: Split): Promise<LoadedSplit> {
    const pending = this.sets.get(split);
    if (pending === undefined) throw new RangeError(`there is no set ${split}`);
    pending.told.release();
    const loaded = await pending.loading;
    this.untaken.delete(split);
    return loaded;
  }

  /**
   * The context of work on the sets that are taken: it ends where another is found that cannot be used.
   *
   * @throws when it is asked whether to stop: as {@link take}.
   */
  watching(context: StageContext): StageContext {
    return {
      emit: (event) => context.emit(event),
      shouldStop: () => {
        if (this.failure !== undefined) throw this.failure.reason;
        return context.shouldStop();
      },
    };
  }

  /** All sets, or none. @throws as {@link take}. */
  async all(): Promise<Record<Split, LoadedSplit>> {
    const opened: LoadedSplit[] = [];
    const next = async (split: Split): Promise<LoadedSplit> => {
      const loaded = await this.take(split);
      opened.push(loaded);
      return loaded;
    };
    try {
      return { train: await next('train'), val: await next('val'), test: await next('test') };
    } catch (error) {
      for (const loaded of opened) loaded.close();
      throw error;
    }
  }

  /** Ends decoding and frees what nobody has taken; the others are their takers'. */
  async close(): Promise<void> {
    await this.builder.close();
    for (const split of this.untaken) {
      const loaded = await this.sets.get(split)?.loading.catch(() => undefined);
      loaded?.close();
    }
  }
}

/** Keeps what a set's decoding tells until somebody waits for it: of progress, the last. */
class Withheld implements StageContext {
  private readonly context: StageContext;
  private released = false;
  private kept: StageEvent[] = [];

  constructor(context: StageContext) {
    this.context = context;
  }

  emit(event: StageEvent): void {
    if (this.released) this.context.emit(event);
    else this.kept = [...this.kept.filter(({ kind }) => kind !== 'progress' || event.kind !== kind), event];
  }

  shouldStop(): boolean {
    return this.context.shouldStop();
  }

  release(): void {
    this.released = true;
    for (const event of this.kept.splice(0)) this.context.emit(event);
  }
}
