import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { hubSettings, torchCheckpoints } from './settings.ts';

test('the cache is where huggingface_hub has it', () => {
  const HOME = tempDir();
  const base = { HOME, USERPROFILE: HOME };
  const cache = (env: Record<string, string>) => hubSettings({ ...base, ...env }).cache;
  expect(cache({})).toBe(join(HOME, '.cache', 'huggingface', 'hub'));
  expect(cache({ XDG_CACHE_HOME: join(HOME, 'x') })).toBe(join(HOME, 'x', 'huggingface', 'hub'));
  expect(cache({ HF_HOME: '~/hf' })).toBe(join(HOME, 'hf', 'hub'));
  expect(cache({ HF_HOME: '~/hf', HF_HUB_CACHE: '~' })).toBe(HOME);
  expect(torchCheckpoints({ ...base, TORCH_HOME: '~/torch' })).toBe(
    join(HOME, 'torch', 'hub', 'checkpoints'),
  );
  expect(torchCheckpoints(base)).toBe(join(HOME, '.cache', 'torch', 'hub', 'checkpoints'));
});

test('endpoint, token and offline mode', () => {
  const HF_HOME = tempDir();
  const base = { HF_HOME };
  expect(hubSettings(base)).toMatchObject({
    endpoint: 'https://huggingface.co',
    token: undefined,
    offline: false,
  });
  expect(hubSettings({ ...base, HF_ENDPOINT: 'https://hf-mirror.com//' }).endpoint).toBe(
    'https://hf-mirror.com',
  );
  writeFileSync(join(HF_HOME, 'token'), 'saved\n');
  expect(hubSettings(base).token).toBe('saved');
  expect(hubSettings({ ...base, HF_TOKEN: 'own' }).token).toBe('own');
  mkdirSync(join(HF_HOME, 'folder'));
  expect(hubSettings({ ...base, HF_TOKEN_PATH: join(HF_HOME, 'folder') }).token).toBeUndefined();
  expect(hubSettings({ ...base, HF_HUB_OFFLINE: 'Yes' }).offline).toBe(true);
  expect(hubSettings({ ...base, HF_HUB_OFFLINE: '0' }).offline).toBe(false);
});
