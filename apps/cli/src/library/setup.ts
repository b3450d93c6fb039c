import type { DownloadOptions, SetupOptions, SetupResult } from '@radweave/native/setup';
import { type StageEvent, take } from '@radweave/pipeline';

/** How the caller follows set-up. */
interface SetupFollowing {
  onEvent?: (event: StageEvent) => void;
}

const engine = take.word('cpu', 'cuda').exactOptional();

const TAKES: take.Takes<SetupOptions> = {
  libtorch: take.text.exactOptional(),
  from: take.text.exactOptional(),
  engine,
  yes: take.truth.exactOptional(),
};

const DOWNLOAD_TAKES: take.Takes<DownloadOptions> = {
  engine,
  platform: take.text.exactOptional(),
};

function sayer(where: string, following: SetupFollowing): (text: string) => void {
  const { onEvent } = take.takenOptions(where, following, {
    onEvent: take.listener<(event: StageEvent) => void>().exactOptional(),
  });
  return (text) => onEvent?.({ kind: 'log', level: 'info', text });
}

/**
 * Finds or fetches libtorch and makes the engine ready, as `radweave setup` does it; quick where nothing has changed.
 *
 * @param options.yes Gigabytes are fetched with it only.
 * @throws ConsentNeeded before gigabytes would be fetched; SetupError where something is missing that may not be installed, and
 *   where the engine cannot be built or loaded.
 */
export async function setup(
  options: SetupOptions = {},
  following: SetupFollowing = {},
): Promise<SetupResult> {
  const { setUp } = await import('@radweave/native/setup');
  return setUp(sayer('setup', following), take.takenOptions('setup', options, TAKES));
}

/**
 * Fetches libtorch into a folder for a machine without internet, as `radweave setup --download_only` does it; there, `setup` takes
 * it with `from`.
 *
 * @throws SetupError where there is no libtorch for such a machine, or it cannot be fetched or written.
 */
export async function downloadOnly(
  folder: string,
  options: DownloadOptions = {},
  following: SetupFollowing = {},
): Promise<{ folder: string }> {
  take.requireFirst('downloadOnly', folder, typeof folder === 'string', 'a folder', "'libtorch'");
  const { downloadOnly: download } = await import('@radweave/native/setup');
  const taken = take.takenOptions('downloadOnly', options, DOWNLOAD_TAKES);
  download(folder, sayer('downloadOnly', following), taken);
  return { folder };
}
