import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import type { HubBehaviour } from '../testing/hub-server.ts';

export const REPO = 'timm/resnet18.a1_in1k';
export const FOLDER = 'models--timm--resnet18.a1_in1k';
export const BYTES: Buffer = randomBytes(3_000_000);
export const HASH: string = createHash('sha256').update(BYTES).digest('hex');
export const hub = (changes: Partial<HubBehaviour> = {}): HubBehaviour => ({
  bytes: BYTES,
  repo: REPO,
  file: 'model.safetensors',
  ...changes,
});
/** A folder of its own for HOME too, so that no token or cache of the user's comes in. */
export const at = (
  HF_ENDPOINT: string,
  home: string = tempDir(),
): Record<'HF_ENDPOINT' | 'HF_HOME' | 'HOME', string> => ({ HF_ENDPOINT, HF_HOME: home, HOME: home });
export const blobsOf = (home: string): string => join(home, 'hub', FOLDER, 'blobs');
export const ranges = (
  asked: readonly { method: string; range: string | undefined }[],
): (string | undefined)[] => asked.filter(({ method }) => method === 'GET').map(({ range }) => range);
export const startOf = (range: string | undefined): number => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]);
