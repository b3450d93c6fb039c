// What every entry point calls. This file and they are written so that Node.js 12 can read them, as Ubuntu 20.04 and Debian 11
// have it: an old Node.js is told, instead of an error of syntax.

/** Runs one command line and sets the exit code. */
export function launch(args) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 20) {
    void import('./start.mjs').then(({ start }) => start(args));
  } else {
    process.stderr.write(
      `Error: Radweave needs Node.js 20 or newer; this is ${process.version}. Get one from https://nodejs.org, or by nvm, conda or mamba without root.\n`,
    );
    process.exitCode = 5;
  }
}
