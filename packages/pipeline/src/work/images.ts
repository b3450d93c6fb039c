import { type Config, isObjectAddress, objectPlace } from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import { type StageContext, say } from '@radweave/study/context/events';

/** {@link bringRoot} for a stage that looks at the images; `check` is the first of a whole job. */
export async function bringImages(options: object, context: StageContext): Promise<void> {
  const { config } = options as { config?: Config };
  const root = config?.data.root_dir ?? null;
  if (root !== null) await bringRoot(root, context);
}

/** Where a data root is `s3://…`: makes the folder that stands for it hold what the store has now. */
export async function bringRoot(root: string, context: StageContext): Promise<void> {
  if (!isObjectAddress(root)) return;
  // Only here: undici takes 10 GB of addresses for its WebAssembly.
  const { bringObjects } = await import('@radweave/remote/objects/bring');
  const place = objectPlace(root);
  const task = `Images of ${place.address}`;
  const { objects, bytes, fetched, fetchedBytes, removed } = await bringObjects(place, {
    onProgress: (done, total) => context.emit({ kind: 'progress', task, done, total }),
    say: (text) => say(context, text),
    shouldStop: () => context.shouldStop(),
  });
  if (fetched + removed === 0) return;
  const gone = removed > 0 ? `, ${removed} removed` : '';
  const all = `${counted(objects, 'object')} (${megabytes(bytes)})`;
  say(
    context,
    `${task}: ${all}, ${fetched} fetched (${megabytes(fetchedBytes)})${gone}; copies in ${place.folder}`,
  );
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
