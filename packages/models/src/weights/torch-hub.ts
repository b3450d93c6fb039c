import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { orNone } from './hub/cache.ts';
import { sha256 } from './hub/checksum.ts';

/**
 * torchvision's own checkpoints of an architecture in `torch.hub`'s folder, such as `resnet18-f37072fd.pth`: files
 * whose SHA-256 begins as their name says (`torch.hub.load_state_dict_from_url`, `check_hash`).
 *
 * @returns paths, sorted; several when several trainings of the architecture are there.
 */
export async function findTorchvision(folder: string, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const file of ((await orNone(readdir(folder))) ?? []).sort()) {
    const digits = /^(.+)-([0-9a-f]{8,})\.pth$/.exec(file);
    if (digits?.[1] !== name) continue;
    const path = join(folder, file);
    if ((await sha256(path)).startsWith(digits[2] ?? '')) found.push(path);
  }
  return found;
}
