import { expect, test } from 'vitest';
import * as library from '../index.ts';

const config = library.configure();

/** What each function is called with besides options; a function that takes none is not here. */
const CALLS: Record<string, (options: object, following?: object) => Promise<unknown>> = {
  run: (options) => library.run(config, options),
  plan: (options) => library.plan(config, options),
  work: (options) => library.work(config, options),
  tune: (options) => library.tune(config, { modality: 'A', ...options }),
  init: (options, following) => library.init({ root_dir: 'raw', ...options }, following),
  demo: library.demo,
  setup: library.setup,
  downloadOnly: (options, following) => library.downloadOnly('folder', options, following),
  exportModel: (options) => library.exportModel({ file: 'a', output: 'b.pth', ...options }),
  'models.fetch': (options) => library.models.fetch('resnet18', options),
  ...Object.fromEntries(
    Object.entries(library.stages).map(([name, call]) => [
      `stages.${name}`,
      (options: object, following?: object) =>
        call(
          { ...(name.startsWith('import') ? { kind: 'dicom', root: 'x' } : {}), ...options } as never,
          following,
        ),
    ]),
  ),
};

/** Take a configuration, a place or a name alone, or check their settings themselves. */
const WITHOUT = ['configure', 'defaultConfigYaml', 'describeConfig', 'doctor', 'main'];
const PLACES = ['readFeatures', 'readFeatureTable', 'readStudy', 'status'];

test('every function of the library is asked', () => {
  const functions = Object.entries(library).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : Object.keys(value).map((own) => `${name}.${own}`),
  );
  const known = [...Object.keys(CALLS), ...WITHOUT, ...PLACES, 'models.info', 'models.list'];
  expect(functions.sort()).toEqual(known.sort());
});

const REFUSED = { name: 'UsageError', code: 'E_STAGE_OPTIONS', exitCode: 2 };

test.each(Object.entries(CALLS))('%s refuses what it does not know', async (where, call) => {
  const refused = { ...REFUSED, where };
  await expect(call({ nosuch: 1 })).rejects.toMatchObject(refused);
  const follows = call.length > 1 || where === 'demo' ? call({}, { onEvent: 5 }) : call({ onEvent: 5 });
  await expect(follows).rejects.toMatchObject(refused);
});

test.each([
  [library.run, { explian: false }, "Did you mean 'explain'?"],
  [library.run, { crossFit: '5' }, 'must be a number'],
  [library.run, { crossFit: 2.5 }, 'must be a whole number'],
  [library.run, { crossFit: 1 }, 'at least 2'],
  [library.work, { devices: 'cpu' }, "told 'cpu' as devices, which must be a list"],
  [library.work, { workers: 0 }, 'at least 1'],
  [library.stages.explain, { modality: 'A', split: 'tets' }, "Did you mean 'test'?"],
  [library.stages.report, { config: 5 }, 'told 5 as config, which must be an object'],
  [library.stages.train, { modality: ['A'] }, "told [ 'A' ] as modality, which must be a text"],
  [library.stages.fuse, { config: 5 }, 'told 5 as config, which must be an object'],
  [library.stages.import, { knd: 'dicom' }, "Did you mean 'kind'?"],
  [library.stages.import, { pixels: { size: 8 } }, 'as pixels.window, which must be a text'],
  [library.stages.tune_trial, { config, modality: 'A' }, 'is not told its trial and epochs'],
  [library.stages.evaluate, { runs: { A: 1 } }, 'told 1 as runs.A, which must be a text'],
] as const)('%o says of %o: %s', async (call, options, said) => {
  const isStage = Object.values(library.stages).includes(call as never);
  const given = isStage ? [options] : [config, options];
  const error = await (call as (...given: unknown[]) => Promise<unknown>)(...given).catch((thrown) => thrown);
  expect(`${Object(error).message}`).toContain(said);
  expect(error).toMatchObject(REFUSED);
});

test.each([library.run, library.plan, library.work, library.tune, library.status])(
  '%o wants a configuration',
  async (wanting) => {
    const call = wanting as (config: unknown, options?: object) => Promise<unknown>;
    const { name } = wanting;
    const options = name === 'tune' ? { modality: 'A' } : undefined;
    await expect(call(5, options)).rejects.toMatchObject({ ...REFUSED, where: name });
    await expect(call({ dta: {} }, options)).rejects.toThrow(/there is no key 'dta'/);
  },
);

test('of the names offered none is a command’s own', async () => {
  const strange = { config, modality: 'A', epoch: 3 } as never;
  await expect(library.stages.train(strange)).rejects.toThrow(/Give one of (?!.*\b(given|inFile)\b)/);
});

test('a name that is no text is refused', async () => {
  await expect(library.models.info(undefined as never)).rejects.toThrow(/Call models\.info\('resnet18'\)/);
  await expect(library.models.info(5 as never)).rejects.toMatchObject({ ...REFUSED, where: 'models.info' });
  await expect(library.models.list(5 as never)).rejects.toMatchObject({ ...REFUSED, where: 'models.list' });
  expect(() => library.readStudy(5 as never)).toThrow(
    /readStudy takes a configuration, not 5.*Call readStudy\(configure/,
  );
});
