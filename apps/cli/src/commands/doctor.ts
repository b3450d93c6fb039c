import { jsonLine } from '@radweave/artifacts';
import type { Diagnosis } from '@radweave/native/doctor';
import wrapAnsi from 'wrap-ansi';
import { EXIT, UserError } from '../exit-codes.ts';
import { doctor } from '../library/doctor.ts';
import { terminalWidth } from '../terminal-width.ts';
import type { Define } from './define.ts';

export const define: Define = (command) => {
  command
    .option('--json', 'Print the state as JSON')
    .addHelpText('after', '\nFor a question or a bug report, paste what it prints.')
    .action(async (options: { json?: boolean }) => {
      const found = await doctor();
      const { rows, problems, warnings } = found;
      process.stdout.write(options.json ? jsonLine(found) : table(rows));
      for (const text of warnings) process.stderr.write(`Warning: ${text}.\n`);
      if (problems.length > 0) throw new UserError(problems.join('\n'), EXIT.missing);
    });
};

/** Long states are wrapped between words; a path stays whole, so that it can be copied. */
function table(rows: Diagnosis['rows']): string {
  const width = Math.max(...rows.map(([what]) => what.length)) + 2;
  const room = terminalWidth(process.stdout) - width;
  const indent = `\n${' '.repeat(width)}`;
  return rows
    .map(([what, state]) => `${what.padEnd(width)}${wrapAnsi(state, room).replaceAll('\n', indent)}\n`)
    .join('');
}
