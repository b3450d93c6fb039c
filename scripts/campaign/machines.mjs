// Made-up machines: namespaces of Linux, which need no rights.

/** For `NODE_OPTIONS`: a process whose clock is an hour ahead. */
export const HOUR_AHEAD = '--import=data:text/javascript,const%20now=Date.now;Date.now=()=>now()+36e5;';

/** The command and arguments of a program on a computer with a name, process numbers and a network of its own. */
export function apart(name, program) {
  const named = ['sh', '-c', 'hostname "$0" && exec "$@"', name, ...program];
  return ['unshare', ['-Urnpu', '--fork', '--kill-child', '--mount-proc', ...named]];
}
