import { createHmac } from 'node:crypto';
import { dirname, join } from 'node:path';
import { type Config, ResourceError, secretKey, studyKeyPath, writeFileOnce } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';

type Places = Pick<Config['data'], 'splits_dir' | 'study_key'>;

/**
 * Under which checkpoints and records name patients: whoever has them and not this key cannot try IDs until one fits.
 */
export interface StudyKey {
  /** Tells keys apart, and tells nothing of the key. */
  readonly id: string;
  /** HMAC-SHA256 of a text, 32 hexadecimal digits. */
  hmac(text: string): string;
}

/** The key of the study, made when it is first asked for. @throws DataError when it is damaged; ResourceError when it cannot be made or read. */
export function studyKey(data: Places): StudyKey {
  const path = studyKeyPath(data);
  if (data.study_key === null && !existsSync(path)) {
    // What is passed on through git or by tools that heed it leaves the key behind.
    writeFileOnce(join(dirname(path), '.gitignore'), '*\n');
  }
  const key = secretKey(
    path,
    'patients',
    'remove it: nobody can then tell which patients the checkpoints made until now have seen',
  );
  const hmac = (text: string): string =>
    createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('hex').slice(0, 32);
  return { id: hmac('radweave study key').slice(0, 8), hmac };
}

/** The key, where it is there and may be read. @throws DataError when it is damaged. */
export function keptStudyKey(data: Places): StudyKey | null {
  if (!existsSync(studyKeyPath(data))) return null;
  try {
    return studyKey(data);
  } catch (error) {
    if (error instanceof ResourceError) return null;
    throw error;
  }
}
