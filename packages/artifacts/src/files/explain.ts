import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ErrorCode } from '../error-codes.ts';
import { DataError, isForbidden, RadweaveError, ResourceError, UsageError } from '../errors.ts';

/** Whether a file was being read or written; it decides what an error means for the user. */
export type Doing = 'read' | 'write';

type Fault = (where: string | undefined, doing: Doing, cause: Error) => RadweaveError;

type Kind = typeof DataError | typeof ResourceError | typeof UsageError;

function told(Kind: Kind, code: ErrorCode, what: string, hint: string): Fault {
  return (where, _, cause) => new Kind(code, what, { where, hint, cause });
}

const MEND_MISSING = 'Correct the path, or put the file back';

const MEND_WRITE = 'Check its permissions, close programs that have it open, or choose another output folder';

const diskFull = told(
  ResourceError,
  'E_DISK_FULL',
  'the disk is full',
  'Free some space or choose another output folder; what was there before is untouched',
);

const notWritable = told(ResourceError, 'E_NOT_WRITABLE', 'the file or folder cannot be written', MEND_WRITE);

const notReadable = told(
  ResourceError,
  'E_NOT_READABLE',
  'there is no permission to read the file or folder',
  'Check its permissions and those of the folders above it',
);

const forbidden: Fault = (where, doing, cause) =>
  (doing === 'write' ? notWritable : notReadable)(where, doing, cause);

/** Node.js says ENOENT of folders that cannot be made on a read-only disk: what is above them knows better. */
function refusingFolder(path: string): Fault | undefined {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    try {
      accessSync(folder, constants.W_OK);
      return undefined;
    } catch (error) {
      const code = error instanceof Error ? codeOf(error) : '';
      if (isForbidden(error)) return FAULTS.get(code);
      if (code !== 'ENOENT' || folder === dirname(folder)) return undefined;
    }
  }
}

/** A name in another encoding, as old archives from East Asia have it, comes from the system with this character, and leads nowhere. */
const notUtf8 = told(
  DataError,
  'E_ENCODING',
  'the name of the file or folder is not UTF-8, so it cannot be opened',
  'Rename it; names in GBK become UTF-8 with convmv -f gbk -t utf8 -r --notest FOLDER, or when a zip archive is unpacked with unzip -O gbk',
);

const noFile = told(DataError, 'E_FILE_MISSING', 'the file or folder does not exist', MEND_MISSING);

const noFolder = told(
  ResourceError,
  'E_NOT_WRITABLE',
  'the folder to write into is missing or is a file',
  'Choose another output folder, or move the file away',
);

const missing: Fault = (where, doing, cause) => {
  const refused = doing === 'write' ? noFolder : where?.includes('\ufffd') === true ? notUtf8 : noFile;
  const refusing = doing === 'write' && where !== undefined ? refusingFolder(where) : undefined;
  return (refusing ?? refused)(where, doing, cause);
};

const folderNeeded = told(DataError, 'E_FILE_MISSING', 'a folder is needed here, not a file', MEND_MISSING);

const notFolder: Fault = (where, doing, cause) => {
  const isListing = 'syscall' in cause && cause.syscall === 'scandir';
  return (isListing ? folderNeeded : missing)(where, doing, cause);
};

const folderInTheWay = told(
  ResourceError,
  'E_NOT_WRITABLE',
  'a folder has the name of the file to write',
  'Move the folder away, or choose another output',
);

const fileNeeded = told(
  DataError,
  'E_FILE_MISSING',
  'a file is needed here, not a folder',
  'Name a file, or move the folder away and restore the file',
);

const isFolder: Fault = (where, doing, cause) =>
  (doing === 'write' ? folderInTheWay : fileNeeded)(where, doing, cause);

const occupied = told(
  ResourceError,
  'E_NOT_WRITABLE',
  'another file, or one that a program has open, is in the way',
  MEND_WRITE,
);

const loop = told(DataError, 'E_LINK_LOOP', 'symbolic links form a loop', 'Remove or correct the links');

const nameTooLong: Fault = (where, doing, cause) => {
  const shown = where === undefined || where.length < 120 ? where : `${where.slice(0, 100)}…`;
  const what = 'the name is too long for the file system';
  const hint = 'Choose a shorter name, or a folder nearer to the root';
  return told(ResourceError, 'E_NAME_TOO_LONG', what, hint)(shown, doing, cause);
};

const tooManyFiles = told(
  ResourceError,
  'E_TOO_MANY_FILES',
  'the system allows no more open files',
  'Raise the limit (ulimit -n 4096) or close other programs',
);

const tooLargeForSystem = told(
  ResourceError,
  'E_DISK_FULL',
  'the file system or a limit (ulimit -f) does not allow a file of this size',
  'Raise the limit, or choose an output folder on another disk',
);

const tooLargeToRead = told(
  DataError,
  'E_FILE_TOO_LARGE',
  'the file is too large to be read in one piece (2 GiB at most, 512 MB of text)',
  'Check that it is the right file',
);

const noMemory = told(
  ResourceError,
  'E_NO_MEMORY',
  'the system has no memory left',
  'Close other programs and run the command again',
);

const diskFault: Fault = (where, doing, cause) => {
  const done = doing === 'write' ? 'written' : 'read';
  return new ResourceError(
    'E_DISK_FAULT',
    `the disk or network folder failed while it was ${done}: ${codeOf(cause)}`,
    { where, hint: 'Check the disk or the connection, then run the same command again', cause },
  );
};

const notAccepted: Fault = (where, _, cause) =>
  new ResourceError(
    'E_NOT_ACCEPTED',
    `the file system does not accept this name or operation: ${codeOf(cause)}`,
    {
      where,
      hint: 'Choose another name or another folder',
      cause,
    },
  );

const zeroCharacter: Fault = (where, _, cause) =>
  new UsageError('E_PATH', 'a path holds a zero character', {
    where: where?.replaceAll('\0', '\\0'),
    hint: 'Type the path again',
    cause,
  });

/** The one place where codes of the system get a meaning for the user. */
const FAULTS: ReadonlyMap<string, Fault> = new Map(
  (
    [
      [diskFull, 'ENOSPC EDQUOT'],
      [forbidden, 'EACCES EPERM'],
      [notWritable, 'EROFS'],
      [missing, 'ENOENT'],
      [notFolder, 'ENOTDIR'],
      [isFolder, 'EISDIR'],
      [occupied, 'EEXIST ENOTEMPTY EBUSY ETXTBSY'],
      [loop, 'ELOOP'],
      [nameTooLong, 'ENAMETOOLONG'],
      [tooManyFiles, 'EMFILE ENFILE'],
      [tooLargeForSystem, 'EFBIG'],
      [tooLargeToRead, 'ERR_FS_FILE_TOO_LARGE ERR_STRING_TOO_LONG'],
      [noMemory, 'ENOMEM'],
      [
        diskFault,
        'EIO ESTALE EREMOTEIO ENXIO ENODEV ENOLINK EUCLEAN EBADMSG ENOTCONN EHOSTDOWN EHOSTUNREACH ETIMEDOUT UNKNOWN',
      ],
      [notAccepted, 'EINVAL ENOSYS ENOTSUP EOPNOTSUPP EILSEQ'],
    ] as const
  ).flatMap(([fault, codes]) => codes.split(' ').map((code) => [code, fault] as const)),
);

/** Calls of the file system that change something. */
const WRITING =
  /^(write|fsync|fdatasync|ftruncate|truncate|mkdir|mkdtemp|rename|unlink|rmdir|rm|copyfile|link|symlink|utime|chmod)/;

/** Calls that are none of the file system's: programs, connections, signals. */
const OTHER_CALLS = /^(spawn|connect|getaddrinfo|listen|bind|kill)/;

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function textOf(error: Error, key: 'path' | 'syscall'): string | undefined {
  const value = key in error ? (error as unknown as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/**
 * Turns an error of the file system into one that the user understands and can fix; anything else comes back
 * unchanged.
 *
 * @param doing what was being done; without it, what the error's own call does.
 * @param where the file or folder in the user's own words; without it, what the error itself names.
 */
export function explainFileError(error: unknown, doing?: Doing, where?: string): unknown {
  if (!(error instanceof Error) || error instanceof RadweaveError) return error;
  const call = textOf(error, 'syscall') ?? '';
  if (OTHER_CALLS.test(call)) return error;
  const does = doing ?? (WRITING.test(call) ? 'write' : 'read');
  const code = codeOf(error);
  const place = where ?? textOf(error, 'path');
  if (code === 'ERR_INVALID_ARG_VALUE' && /null bytes/.test(error.message)) {
    return zeroCharacter(place, does, error);
  }
  return FAULTS.get(code)?.(place, does, error) ?? error;
}
