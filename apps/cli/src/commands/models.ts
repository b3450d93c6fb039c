import { jsonLine } from '@radweave/artifacts';
import { fromPyPI, LAYOUTS, type Layout, RegistryError, WeightsError } from '@radweave/models';
import { type ExportedModel, exportModel } from '@radweave/pipeline';
import { counted } from '@radweave/remarks';
import { type Command, Option } from 'commander';
import { EXIT, UserError } from '../exit-codes.ts';
import { type ModelFacts, models } from '../library/models.ts';
import { ProgressDisplay } from '../stage/progress.ts';
import { onStopSignal } from '../stage/stop-signals.ts';
import { table } from '../table.ts';
import type { Define } from './define.ts';

const MEGABYTE = 1e6;

export const define: Define = (command) => {
  command.option('--json', 'Print the result as JSON');
  command.helpCommand('help [command]', 'show the options of a command');
  command
    .command('list')
    .description('every model that can be trained, or those whose name matches')
    .argument(
      '[pattern]',
      'names to list; * stands for any characters, ? for one, such as "resnet*" (default: all)',
    )
    .action(async (pattern: string | undefined, _: object, own: Command) =>
      print(own, await list(pattern ?? '*')),
    );
  command
    .command('info')
    .description('facts on a model and its pretrained weights')
    .argument('<name>', 'name of the model, with or without the tag of its weights, such as resnet18.tv_in1k')
    .action(async (name: string, _: object, own: Command) => print(own, await told(info(name))));
  command
    .command('fetch')
    .description('download the pretrained weights of a model, unless they are here already')
    .argument('<name>', 'name of the model, with or without the tag of its weights, such as resnet18.tv_in1k')
    .action(async (name: string, _: object, own: Command) => print(own, await told(fetch(name))));
  command
    .command('export')
    .description('write trained weights for PyTorch, as timm or torchvision load them with strict=True')
    .argument('<file>', 'a checkpoint of Radweave, or another file of weights together with --model')
    .requiredOption('--output <file>', 'File to write: .pth, .pt or .safetensors (required)')
    .addOption(
      new Option('--layout <name>', `How the tensors are named (${LAYOUTS.join(' | ')}; default: timm)`)
        .choices(LAYOUTS)
        .default('timm'),
    )
    .option('--model <name>', 'The model, where the file does not say it')
    .option(
      '--image_size <pixels>',
      'Size of the images that the weights are for (ViT, Swin), where the file does not say it',
      sideOf,
    )
    .option('--overwrite', 'Replace the file that is there')
    .action(async (file: string, flags: ExportFlags, own: Command) =>
      print(own, await told(exported(file, flags))),
    );
};

interface ExportFlags {
  output: string;
  layout: Layout;
  model?: string;
  image_size?: number;
  overwrite?: true;
}

interface Result {
  json: unknown;
  text: string;
}

function print(command: Command, { json, text }: Result): void {
  const flags: { json?: boolean } = command.optsWithGlobals();
  process.stdout.write(flags.json === true ? jsonLine(json) : `${text}\n`);
}

async function list(pattern: string): Promise<Result> {
  const found = await models.list(pattern);
  if (found.length === 0)
    throw new UserError(
      `no model matches '${pattern}' ('*${pattern}*' finds parts of names); radweave models list shows all`,
    );
  const rows = found.map((m) => [m.name, m.aliases.join(', '), m.description]);
  const text = table(['model', 'also called', 'what it is'], rows);
  return { json: found, text: `${text}\n\nPretrained weights of a model: radweave models info MODEL` };
}

async function info(name: string): Promise<Result> {
  const json = await models.info(name);
  const { aliases, family, description, paper, pypi, weights } = json;
  const lines = [
    `${json.name}: ${description}`,
    `  family       ${family}`,
    ...(aliases.length > 0 ? [`  also called  ${aliases.join(', ')}`] : []),
    `  published    ${paper}`,
    ...weights.flatMap(weightsLines),
    ...(weights.length === 0 ? ['  no published weights'] : []),
    ...(pypi === undefined ? [] : [`  from PyPI    ${fromPyPI(pypi)}`]),
  ];
  return { json, text: lines.join('\n') };
}

function weightsLines({
  tag,
  url,
  license,
  numClasses,
  input,
  path,
}: ModelFacts['weights'][number]): string[] {
  const { size, mean, std, interpolation, cropPct } = input;
  return [
    `  weights ${tag}`,
    `    from     ${url}`,
    `    here     ${path ?? 'no; download them with radweave models fetch NAME'}`,
    `    licence  ${license}`,
    `    input    ${size}×${size} pixels, mean ${mean.join(' ')}, std ${std.join(' ')}`,
    `             ${interpolation}, crop ${cropPct}`,
    `    classes  ${numClasses}`,
  ];
}

/** Ctrl-C, like every request to end, keeps what has arrived; the same command continues from there. */
async function fetch(name: string): Promise<Result> {
  const display = new ProgressDisplay(process.stderr, false);
  const controller = new AbortController();
  const stop = () =>
    controller.abort(new UserError('stopped; the same command continues where it stopped', EXIT.interrupted));
  const release = onStopSignal(stop);
  let shown = -1;
  const onProgress = (done: number, total: number): void => {
    const megabytes = done === total ? Math.ceil(total / MEGABYTE) : Math.floor(done / MEGABYTE);
    if (megabytes !== shown) {
      display.show({
        kind: 'progress',
        task: `${name} (MB)`,
        done: megabytes,
        total: Math.ceil(total / MEGABYTE),
      });
    }
    shown = megabytes;
  };
  try {
    const { path, sha256, source, weights } = await models.fetch(name, {
      onProgress,
      signal: controller.signal,
    });
    const text = `${path}\n${source === 'cache' ? 'already here' : 'downloaded'}, sha256 ${sha256}`;
    return { json: { path, sha256, source, repo: weights.repo, file: weights.file }, text };
  } finally {
    release();
    display.clear();
  }
}

function sideOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UserError(`--image_size takes a whole number of pixels from 1, not '${text}'`);
}

async function exported(file: string, flags: ExportFlags): Promise<Result> {
  const { output, layout, model, image_size: imageSize, overwrite } = flags;
  const json = await exportModel({ file, model, imageSize, layout, output, overwrite: overwrite === true });
  return { json, text: exportedText(json) };
}

function exportedText(written: ExportedModel): string {
  const { output, sha256, model, layout, tensors, numClasses, inChans, input, differences, python } = written;
  const inAll = inChans === 3 && input !== null ? ', the same in all three channels' : '';
  return [
    `${output}: ${tensors} tensors of ${model} for ${layout}, ${numClasses} classes, ${counted(inChans, 'channel')}`,
    `  sha256  ${sha256}`,
    ...(input === null
      ? []
      : [
          `  input   gray slices of ${input.imageSize}×${input.imageSize} pixels, values from 0 to 1, (x − ${input.mean}) / ${input.std}${inAll}`,
        ]),
    ...(differences === null ? [] : [`  note    in ${layout} ${differences}`]),
    ...python.map((line, i) => `  ${i === 0 ? 'Python' : '      '}  ${line}`),
  ].join('\n');
}

/** Errors of the models package with the exit codes of commands. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RegistryError) throw new UserError(error.message, EXIT.usage);
    if (error instanceof WeightsError) throw new UserError(error.message, error.exitCode);
    throw error;
  }
}
