import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { STAGES } from './study.mjs';
import { Campaign } from './trial.mjs';

/** Commands that are no part of a campaign: they change nothing that could be lost. */
const MORE = [
  ['audit', '--modalities', 'A', 'P'],
  ['harmonize'],
  ['predict', '--model', 'outputs/fusion/model.json', '--input', 'raw/SY/grade0', '--hospital', 'SY'],
  ['verify', 'outputs'],
  ['models', 'list'],
  ['doctor'],
  ['config'],
];

/** They have no study. */
const ALONE = /^(import|weights|setup|models list|doctor|config)/;

const LIMIT_MS = 600_000;

const work = mkdtempSync(join(tmpdir(), 'radweave-handed-on-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface ToldFile {
  file: string;
  what: string;
}

test(
  'a study that is told its places by their whole paths: what opens sockets, and what its files tell',
  async (context) => {
    if (process.platform !== 'linux') context.skip('only Linux has LD_PRELOAD');
    const run = new Campaign(work);
    const online: string[] = [];
    const failed: string[] = [];
    const at = (name: string): string => join(run.study, name);
    const places = [
      `data.root_dir=${at('raw')}`,
      `data.splits_dir=${at('data/splits')}`,
      `experiment.output_dir=${at('outputs')}`,
    ].flatMap((place) => ['--set', place]);
    const share = async (...args: string[]): Promise<{ status: number | null; told: ToldFile[] }> => {
      const stage = { name: 'share', args: ['audit', '--share', ...args, '--json', ...places] };
      const { status, out } = await run.run(stage, undefined);
      return { status, told: JSON.parse(out).told };
    };
    try {
      await run.begin();
      const commands = MORE.map((args) => ({ name: args.join(' '), args }));
      for (const stage of [...STAGES.filter(({ name }) => !name.endsWith(' again')), ...commands]) {
        const { status, internet } = await run.run(stage, {}, ALONE.test(stage.name) ? [] : places);
        if (status !== 0) failed.push(stage.name);
        if (internet.length > 0) online.push(stage.name);
      }
      expect(failed).toEqual([]);
      // pip, whose version the doctor asks for, looks whether there is IPv6.
      expect(online).toEqual(['weights', 'doctor']);

      const all = await share('outputs');
      expect(all.told.filter(({ what }) => what !== 'patient')).toEqual([]);
      expect(all.status).toBe(3);
      for (const name of [
        'checkpoints',
        'fusion/model.json',
        'logs/run_A/config.yaml',
        'logs/run_A/train.log',
      ]) {
        expect(await share(`outputs/${name}`)).toMatchObject({ status: 0, told: [] });
      }
      const copy = await share('outputs', '--deidentify', 'handed on');
      expect(copy).toMatchObject({ status: 0, told: [] });
    } finally {
      run.close();
    }
  },
  LIMIT_MS,
);
