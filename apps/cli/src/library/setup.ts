import type { SetupOptions, SetupResult } from '@radweave/native/setup';
import type { StageEvent } from '@radweave/pipeline';

/**
 * Finds or fetches libtorch and makes the engine ready, as `radweave setup` does it; quick where nothing has changed.
 *
 * @param options.yes Gigabytes are fetched with it only.
 * @throws ConsentNeeded before gigabytes would be fetched; SetupError where something is missing that may not be installed, and
 *   where the engine cannot be built or loaded.
 */
export async function setup(
  options: SetupOptions = {},
  { onEvent = () => undefined }: { onEvent?: (event: StageEvent) => void } = {},
): Promise<SetupResult> {
  const { setUp } = await import('@radweave/native/setup');
  return setUp((text) => onEvent({ kind: 'log', level: 'info', text }), options);
}
