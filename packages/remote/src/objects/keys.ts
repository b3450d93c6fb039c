import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ResourceError } from '@radweave/artifacts';

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/**
 * The keys of a store, from AWS's variables, else from the profile `AWS_PROFILE` of `~/.aws/credentials`.
 *
 * @throws ResourceError `E_S3_KEYS` where there are none.
 */
export function storeKeys(address: string, env: NodeJS.ProcessEnv = process.env): Keys {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = env;
  const own = keysOf(id, secret, token) ?? savedKeys(env);
  if (own !== undefined) return own;
  throw new ResourceError('E_S3_KEYS', 'there are no keys of the store', {
    where: address,
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile of ~/.aws/credentials',
  });
}

function keysOf(id?: string, secret?: string, token?: string): Keys | undefined {
  if (!id || !secret) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) };
}

function savedKeys(env: NodeJS.ProcessEnv): Keys | undefined {
  const values = new Map<string, string>();
  let isOwn = false;
  for (const line of linesOf(env.AWS_SHARED_CREDENTIALS_FILE || join(homedir(), '.aws', 'credentials'))) {
    const profile = /^\s*\[\s*(.*?)\s*\]/.exec(line)?.[1];
    if (profile !== undefined) isOwn = profile === (env.AWS_PROFILE || 'default');
    const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isOwn) values.set(name, value);
  }
  const [id, secret, token] = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'].map(
    (name) => values.get(name),
  );
  return keysOf(id, secret, token);
}

/** A file that cannot be read is as good as none: then the keys are asked for. */
function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
