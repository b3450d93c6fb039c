import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tempDir } from '@radweave/testkit';

/** A folder with programs that are scripts of the shell, alone on the PATH with the shell's own. */
export function programs(scripts: Record<string, string>): NodeJS.ProcessEnv {
  const bin = tempDir();
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  copyFileSync('/bin/sh', join(bin, 'sh'));
  return { PATH: `${bin}${delimiter}/nowhere`, RADWEAVE_CACHE: tempDir(), BIN: bin };
}

/**
 * pip of a version, which notes its arguments and brings the wheel that its last argument, the list, names first.
 *
 * @param before what it does first, in the shell: the wheel goes into `$2`, and `$requirement` is its name and version.
 */
export function pip(version: string, wheels: string, before = ''): string {
  return `
for last; do :; done
if [ "$last" = --version ]; then echo "pip ${version} from /x"; exit 0; fi
echo "$TMPDIR $@" >> ${wheels}/asked
read -r requirement hash < "$last"
while [ "$1" != -d ]; do shift; done
${before}
for file in ${wheels}/*.whl; do
  case "$file" in */"\${requirement%%==*}-\${requirement##*==}"-*) /bin/cp "$file" "$2"; found=1;; esac
done
[ -n "$found" ]`;
}
