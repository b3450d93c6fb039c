// Preloaded into a command: says at its end whether libtorch was mapped into the process.
import { readFileSync } from 'node:fs';

process.on('exit', () => {
  const isMapped = readFileSync('/proc/self/maps', 'utf8').includes('libtorch');
  process.stderr.write(`\n${JSON.stringify({ libtorch: isMapped })}\n`);
});
