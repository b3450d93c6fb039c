import { type Diagnosis, diagnose } from '@radweave/native/setup';
import { EXIT, UserError } from '../exit-codes.ts';
import type { Define } from './define.ts';

export const define: Define = (command) => {
  command.option('--json', 'Print the state as JSON').action((options: { json?: boolean }) => {
    const diagnosis = diagnose();
    process.stdout.write(options.json ? `${JSON.stringify(diagnosis)}\n` : table(diagnosis));
    if (diagnosis.problems.length > 0) throw new UserError(diagnosis.problems.join('\n'), EXIT.missing);
  });
};

function table({ rows }: Diagnosis): string {
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, state]) => `${what.padEnd(width)}  ${state}\n`).join('');
}
