// How every entry point starts, once launch.mjs has found Node.js new enough: nothing else may be imported before this has
// run, or a signal in that time would find Node's own answer to it.
import { existsSync } from 'node:fs';

await refuseDebugger();

/**
 * SIGUSR1 makes Node.js open a debugger port, through which anybody on this machine could run code as this user. Taking
 * the signal over once and giving it back leaves the system's own answer: the process ends. Where the signal came before
 * this line, the port is closed again and the process ends as well. A debugger that was asked for stays.
 */
async function refuseDebugger() {
  const ignore = () => undefined;
  process.on('SIGUSR1', ignore);
  process.off('SIGUSR1', ignore);
  const asked = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((text) =>
    text.includes('--inspect'),
  );
  // Some builds of Node.js have no inspector.
  const inspector = asked ? undefined : await import('node:inspector').catch(() => undefined);
  if (inspector?.url() === undefined) return;
  inspector.close();
  process.kill(process.pid, 'SIGUSR1');
}

/** Runs one command line and sets the exit code. */
export async function start(args) {
  const entry = new URL('../dist/main.js', import.meta.url);
  if (existsSync(entry)) {
    const { main } = await import(entry.href);
    // A signal of the first moment may have been answered only meanwhile.
    await refuseDebugger();
    process.exitCode = await main(args);
  } else {
    process.stderr.write('Error: this checkout has not been set up. Run in its folder: npm run setup\n');
    process.exitCode = 5;
  }
}
