import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Environment } from '@radweave/remote/connection/proxy';

/** Where the hub is and where its files are kept. */
export interface HubSettings {
  /** Address of the hub or of a mirror, without a slash at the end. */
  endpoint: string;
  /** Folder of `models--…` folders. */
  cache: string;
  token: string | undefined;
  offline: boolean;
}

/**
 * Reads the same variables as Python's `huggingface_hub` (its `constants.py`): HF_ENDPOINT, HF_HOME, HF_HUB_CACHE,
 * HF_TOKEN, HF_TOKEN_PATH, HF_HUB_OFFLINE, XDG_CACHE_HOME.
 */
export function hubSettings(env: Environment): HubSettings {
  const home = folder(env, 'HF_HOME') ?? join(userCache(env), 'huggingface');
  return {
    endpoint: (text(env, 'HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, ''),
    cache: folder(env, 'HF_HUB_CACHE') ?? folder(env, 'HUGGINGFACE_HUB_CACHE') ?? join(home, 'hub'),
    token:
      text(env, 'HF_TOKEN') ??
      text(env, 'HUGGING_FACE_HUB_TOKEN') ??
      savedToken(folder(env, 'HF_TOKEN_PATH') ?? join(home, 'token')),
    offline: isSet(env.HF_HUB_OFFLINE) || isSet(env.TRANSFORMERS_OFFLINE),
  };
}

/** Where `torch.hub` puts downloaded weights: `$TORCH_HOME/hub/checkpoints`. */
export function torchCheckpoints(env: Environment): string {
  return join(folder(env, 'TORCH_HOME') ?? join(userCache(env), 'torch'), 'hub', 'checkpoints');
}

function userCache(env: Environment): string {
  return folder(env, 'XDG_CACHE_HOME') ?? join(userHome(env), '.cache');
}

function userHome(env: Environment): string {
  return text(env, process.platform === 'win32' ? 'USERPROFILE' : 'HOME') ?? homedir();
}

function folder(env: Environment, name: string): string | undefined {
  const value = text(env, name);
  return value === undefined ? undefined : resolve(value.replace(/^~(?=$|[\\/])/, () => userHome(env)));
}

/** An empty variable counts as none. */
function text(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function isSet(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value?.trim() ?? '');
}

/** What `huggingface-cli login` left; a file that cannot be read is as good as none, since most files need no token. */
function savedToken(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
