import { type AuditRecord, auditFiles, auditFolder, readAuditRecord, UsageError } from '@radweave/artifacts';
import type { StageOptions } from '@radweave/pipeline';
import { pairsOf } from '../pairs.ts';
import { addFlags, type CallConfig, type CommonFlags, readCall } from '../stage/flags.ts';
import { runStage } from '../stage/run-stage.ts';
import { table } from '../table.ts';
import type { Define } from './define.ts';

interface AuditFlags extends CommonFlags {
  strict?: boolean;
  near_duplicate_distance: string;
  no_pixels?: boolean;
  run?: string[];
}

/** Not a plain stage command: what was found is printed also when a leak makes the stage fail. */
export const define: Define = (command) => {
  command
    .option('--strict', 'fail on warnings, too')
    .option(
      '--near_duplicate_distance <bits>',
      'slices of different patients are near-duplicates up to this many different bits of 64 (0 to 15)',
      '4',
    )
    .option('--no_pixels', 'do not decode and compare the images')
    .option('--run <modality=name...>', "run of a modality's network (default: the newest)");
  addFlags(command, 'audit');
  command.action(async (flags: AuditFlags & Record<string, unknown>) => {
    const call = readCall('audit', flags);
    const quiet = flags.quiet === true;
    if (call.file !== null && !quiet) process.stderr.write(`Configuration: ${call.file}\n`);
    const files = auditFiles(auditFolder(call.config));
    const print = (): void => {
      const record = readAuditRecord(files.record);
      process.stdout.write(flags.json === true ? `${JSON.stringify(record)}\n` : summary(record, files.text));
    };
    try {
      await runStage('audit', optionsOf(call, flags), quiet);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'E_LEAK') print();
      throw error;
    }
    print();
  });
};

function optionsOf({ config }: CallConfig, flags: AuditFlags): StageOptions<'audit'> {
  return {
    config,
    modalities: config.data.modalities,
    strict: flags.strict === true,
    nearDuplicateDistance: distanceOf(flags.near_duplicate_distance),
    pixels: flags.no_pixels !== true,
    runs: pairsOf('--run', flags.run ?? []),
  };
}

function distanceOf(given: string): number {
  if (/^(\d|1[0-5])$/.test(given)) return Number(given);
  throw new UsageError('E_DISTANCE', `'${given}' is no whole number from 0 to 15`, {
    where: '--near_duplicate_distance',
  });
}

const VERDICTS: Readonly<Record<AuditRecord['verdict'], string>> = {
  leak: 'There are leaks.',
  warning: 'No leak was found; see the warnings.',
  passed: 'No leak was found.',
};

function summary({ checks, verdict, findings, not_checked }: AuditRecord, textFile: string): string {
  const rows = checks.map(({ name, outcome }) => {
    const own = findings.filter(({ check, severity }) => check === name && severity !== 'info');
    const cases = own.reduce((sum, { count }) => sum + count, 0);
    return [name, outcome, cases, not_checked.some(({ check }) => check === name) ? 'in part or whole' : ''];
  });
  const all = table(['check', 'outcome', 'cases', 'not checked'], rows);
  return `${all}\n${VERDICTS[verdict]} All of it is in ${textFile}\n`;
}
