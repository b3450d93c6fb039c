import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { cacheDir } from '@radweave/native/cache';
import { UsageError } from './errors.ts';
import { existsSync } from './files/files.ts';
import { nameFault } from './names.ts';

/** Objects below a prefix of an S3-compatible store, and the folder of this machine that holds copies of them. */
export interface ObjectPlace {
  /** `s3://bucket/prefix`. */
  readonly address: string;
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  /** Address of the store, without a slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  /** What belongs to the copies, such as unfinished ones. */
  readonly cache: string;
  /** The copies: it is called as the last part of the address, as a hospital's own folder gives the hospital its name. */
  readonly folder: string;
}

export function isObjectAddress(place: string): boolean {
  return /^s3:\/\//i.test(place);
}

/** `gs://…`, `file:/…`, also behind a name as in `A=https://…`; a drive has one letter. */
const ADDRESS = /^(?:[^=\\/]*=)?(?:[a-z][a-z0-9+.-]+:\/\/|(?:s3|gs|file|https?):\/)/i;

/** Whether this is an address, and no file or folder that is called so. */
export function isAddress(place: string): boolean {
  return ADDRESS.test(place) && !existsSync(place);
}

/** What may be the address of objects. */
const ROOTS: readonly string[] = ['--root_dir', 'data.root_dir'];

/** Checked by whoever copies; and a list of settings, which are checked by their own names. */
const ELSEWHERE: readonly string[] = ['experiment.copy_to', '--set'];

/**
 * Refuses addresses: as places they would be folders of that name in the working folder.
 *
 * @param values What the user gave, by the name to show; lists are looked through, other values than text are not.
 * @throws UsageError `E_S3_ADDRESS` for the first.
 */
export function refuseAddresses(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (ELSEWHERE.includes(name)) continue;
    const isRoot = ROOTS.includes(name);
    const texts = [value].flat().filter((one): one is string => typeof one === 'string');
    const found = texts.find((text) => isAddress(text) && !(isRoot && isObjectAddress(text)));
    if (found === undefined) continue;
    const read = isRoot ? 'only folders and s3://BUCKET/PREFIX' : 'only files and folders of this machine';
    throw new UsageError('E_S3_ADDRESS', `'${found}' cannot be used: ${read} can be named here`, {
      where: name,
      hint: isRoot
        ? 'Give a folder of this machine, where other stores may be mounted, or s3://BUCKET/PREFIX'
        : 'Only data.root_dir and experiment.copy_to may be s3://BUCKET/PREFIX',
    });
  }
}

/** The folder of this machine that stands for a place: itself, but for `s3://…` that of the copies. @throws as {@link objectPlace}. */
export function localPlace(place: string): string {
  return isObjectAddress(place) ? objectPlace(place).folder : place;
}

/** @throws UsageError `E_S3_ADDRESS` for what is no address of objects, or a store that cannot be named so. */
export function objectPlace(address: string, env: NodeJS.ProcessEnv = process.env): ObjectPlace {
  const [bucket = '', ...below] = address
    .replace(/^s3:\/\//i, '')
    .replace(/\/+$/, '')
    .split('/');
  const fault = isObjectAddress(address)
    ? [bucket, ...below].map((part) => nameFault('folder', part)).find((one) => one !== null)
    : 'it does not begin with s3://';
  if (fault !== undefined) {
    throw new UsageError('E_S3_ADDRESS', `this is not an address of objects: ${fault}`, {
      where: address,
      hint: 'Write s3://BUCKET/PREFIX',
    });
  }
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  const endpoint = endpointOf(env) ?? `https://s3.${region}.amazonaws.com`;
  const prefix = below.join('/');
  const key = createHash('sha256')
    .update(JSON.stringify([endpoint, bucket, prefix]))
    .digest('hex');
  const cache = join(cacheDir(env), 's3', key.slice(0, 16));
  const folder = join(cache, 'files', below.at(-1) ?? bucket);
  return { address: ['s3:/', bucket, ...below].join('/'), bucket, prefix, endpoint, region, cache, folder };
}

function endpointOf(env: NodeJS.ProcessEnv): string | undefined {
  const name = env.AWS_ENDPOINT_URL_S3 ? 'AWS_ENDPOINT_URL_S3' : 'AWS_ENDPOINT_URL';
  const given = env[name];
  if (!given) return undefined;
  if (/^https?:\/\//i.test(given) && URL.canParse(given)) return given.replace(/\/+$/, '');
  throw new UsageError('E_S3_ADDRESS', `'${given}' is not the address of a store`, {
    where: name,
    hint: 'Write http://HOST:PORT or https://HOST',
  });
}
