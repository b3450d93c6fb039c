import { EXIT } from './exit-codes.ts';

/**
 * A stream that cannot be written must not end a training. When nobody reads any more (`| head` has seen enough, the
 * terminal was closed) that is not an error; a result that cannot be written, because the disk is full, is one, and the exit
 * code says so.
 */
export function outliveStreams(): void {
  process.stderr.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EIO') endWithTerminal();
  });
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    if (code === 'EIO') {
      endWithTerminal();
      return;
    }
    process.stderr.write(`Error: the result cannot be written to standard output: ${message}\n`);
    process.once('exit', () => {
      if (process.exitCode === EXIT.done) process.exitCode = EXIT.missing;
    });
  });
}

/** Node.js aborts, with a core dump, where it would reset a terminal that is gone: the system's own end is quieter. */
function endWithTerminal(): void {
  process.once('exit', () => process.kill(process.pid, 'SIGHUP'));
}
