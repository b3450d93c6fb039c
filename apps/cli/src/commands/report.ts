import type { StageOptions } from '@radweave/pipeline';
import { type Command, Option } from 'commander';
import { stageCommand } from '../stage/stage-command.ts';
import type { Define } from './define.ts';

interface ReportFlags {
  lang: StageOptions<'report'>['language'];
  pdf?: boolean;
  output?: string;
}

export const define: Define = stageCommand<'report', ReportFlags>({
  stage: 'report',
  flags: (command: Command) => {
    command
      .addOption(
        new Option('--lang <language>', 'language of the report').choices(['en', 'zh']).default('en'),
      )
      .option('--pdf', 'also print it to a PDF; needs Chromium, Chrome or Edge')
      .option('--output <file>', 'HTML file to write (default: report/report.html in the output folder)');
  },
  options: ({ config }, own) => ({
    config,
    language: own.lang,
    pdf: own.pdf === true,
    output: own.output ?? null,
  }),
  present: ({ html, pdf, missing }) =>
    [
      ...missing.map(({ section, command, reason }) => {
        const why = reason === '' ? '' : `${reason}. `;
        return `Not in it: ${section}. ${why}Make it with: ${command}`;
      }),
      html,
      ...(pdf === null ? [] : [pdf]),
      '',
    ].join('\n'),
});
