import { inShell } from '@radweave/artifacts';
import { type Draft, type InitOptions, init } from '@radweave/pipeline';
import { and, counted } from '@radweave/remarks';
import { DEFAULT_CONFIG_FILE } from '../stage/add-flags.ts';
import { ProgressDisplay } from '../stage/progress.ts';
import { table } from '../table.ts';
import type { Define } from './define.ts';

export const define: Define = (command) => {
  command
    .requiredOption('--root_dir <folder>', 'Folder that holds the hospitals (required)')
    .option('--table <file>', 'Table of the patients, CSV or .xlsx')
    .option(
      '--table_columns <role=name...>',
      'Columns of the table whose names do not say it, such as label=Diagnosis',
    )
    .option('--output <file>', 'File to write', DEFAULT_CONFIG_FILE)
    .action(async (flags: InitOptions & { output: string }) => {
      const display = new ProgressDisplay(process.stderr, false);
      const draft = await init(flags, { onEvent: (event) => display.show(event) });
      display.clear();
      process.stdout.write(described(draft, flags.output));
    });
};

function described({ config, labels, modalities, hospitals, sizes, issues }: Draft, output: string): string {
  const { modalities: chosen, home_hospital: home } = config.data;
  const use = (name: string): string =>
    chosen.includes(name) ? 'taken' : 'left out: fewer than half have it';
  const set = (name: string): string => (name === home ? 'home: training and validation' : 'external test');
  const flag = output === DEFAULT_CONFIG_FILE ? '' : ` --config ${inShell(output)}`;
  return [
    table(
      ['modality', 'patients', 'use'],
      modalities.map((one) => [one.name, one.patients, use(one.name)]),
    ),
    '',
    `Patients with ${and(chosen)}:`,
    table(
      ['hospital', ...labels, 'set'],
      hospitals.map(({ name, patients }) => [name, ...patients, set(name)]),
    ),
    ...sizeLines(sizes, config.data),
    ...(issues === 0
      ? []
      : ['', `Table and folders do not agree in ${counted(issues, 'point')}: preprocess lists them.`]),
    '',
    `Written: ${output}. Check data.modalities and data.home_hospital in it, then:`,
    `  npx radweave run${flag}`,
    '',
  ].join('\n');
}

/** What was written because of the slices' size. */
function sizeLines(sizes: Draft['sizes'], { image_size: side, resize }: Draft['config']['data']): string[] {
  const all = sizes.map(
    ({ width, height, folders }) => `${width}×${height} pixels (${counted(folders, 'folder')})`,
  );
  const told = all.slice(0, 3).join(', ') + (all.length > 3 ? ', …' : '');
  if (all.length === 0) return [];
  const margins = resize === 'pad' ? ', with black margins where they are not square' : '';
  const written =
    resize === false
      ? `data.image_size: ${side}`
      : `data.resize: ${resize} brings them to ${side}×${side}${margins}`;
  return ['', `Slices have ${told}; written: ${written}.`];
}
