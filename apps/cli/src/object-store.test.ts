import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nativeCache } from '@radweave/native';
import { generatePhantomCohort } from '@radweave/phantom';
import { filesBelow, OBJECT_SERVER_NEEDS, ObjectServer, peerTest, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/radweave.mjs', import.meta.url));
const SETTINGS = [
  ...['data.image_size=32', 'model.name=mobilenetv3_small_100', 'model.pretrained=false'],
  ...['training.batch_size=6', 'training.epochs=2', 'training.precision=fp32', 'experiment.name=r'],
  'data.study_key=key.txt',
].flatMap((setting) => ['--set', setting]);

/** A folder of this study on a machine of its own: another cache, in which only the engine is shared. */
class Machine {
  readonly folder: string = tempDir();
  readonly #env: Record<string, string | undefined>;

  constructor(keys: Record<string, string>) {
    const cache = join(tempDir(), 'cache');
    mkdirSync(cache);
    symlinkSync(nativeCache(), join(cache, 'native'));
    writeFileSync(join(this.folder, 'key.txt'), `${'5'.repeat(64)}\n`);
    this.#env = { ...process.env, ...keys, RADWEAVE_CACHE: cache };
  }

  /** Does a command. @returns what it says. */
  run(...args: string[]): string {
    const { status, stderr } = this.#ended(args);
    if (status !== 0) throw new Error(`${args.join(' ')}: ${status}\n${stderr}`);
    return stderr;
  }

  /** Does a command, however it ends. @returns its exit code, what it says and what it prints. */
  end(...args: string[]): string {
    const { status, stderr, stdout } = this.#ended(args);
    return `${status}: ${stderr}${stdout}`;
  }

  /** Takes the keys of the store away. */
  lock(): void {
    for (const name of Object.keys(this.#env)) if (name.startsWith('AWS_')) delete this.#env[name];
    this.#env.AWS_SHARED_CREDENTIALS_FILE = 'none';
  }

  begin(...args: string[]): ChildProcess {
    return spawn(process.execPath, [BIN, ...args, ...SETTINGS], { cwd: this.folder, env: this.#env });
  }

  #ended(args: string[]): SpawnSyncReturns<string> {
    const options = { cwd: this.folder, env: this.#env, encoding: 'utf8' } as const;
    return spawnSync(process.execPath, [BIN, ...args, ...SETTINGS], options);
  }

  /** The files of a folder, by their paths from that of the study. */
  files(name: string): string[] {
    return filesBelow(join(this.folder, name)).map((path) => relative(this.folder, path));
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'latin1');
  }
}

/** Images in `raw` of this machine. */
function withImages({ folder }: Machine): string {
  const raw = join(folder, 'raw');
  const cohort = { seed: 1, patientsPerHospital: 2, homePatients: 10, slicesPerModality: 2, size: 32 };
  generatePhantomCohort(raw, cohort);
  return raw;
}

/** And in `raw` of a bucket. */
async function withImagesIn(bucket: string, machine: Machine): Promise<number> {
  const raw = withImages(machine);
  await server.bucket(bucket);
  await server.upload(bucket, 'raw/', raw);
  return filesBelow(raw).length;
}

const PREPROCESS = ['preprocess', '--modalities', 'A'];
const TRAIN = ['train', '--modality', 'A'];

/** What is not compared: times, places of images and what holds hashes of them. */
const OTHER =
  /\.log$|events\.out|\.slices\/|splits\/(summary\.json|(train|val|test)_.*\.csv)$|run\.json$|config\.yaml$/;

const server = new ObjectServer();

peerTest(
  'a study whose images lie in a store is that of the same images in a folder',
  OBJECT_SERVER_NEEDS,
  async () => {
    const { env, reader } = await server.start();
    const [near, far] = [new Machine(env), new Machine(reader)];
    const count = await withImagesIn('ward', near);
    const root = 's3://ward/raw';
    const said = [PREPROCESS, TRAIN, ['extract', '--modality', 'A']].map((args) => {
      near.run(...args, '--root_dir', 'raw');
      return far.run(...args, '--root_dir', root);
    });
    expect(said[0]).toMatch(
      RegExp(
        `Images of s3://ward/raw: ${count} objects \\(0\\.\\d MB\\), ${count} fetched \\(0\\.\\d MB\\); copies in `,
      ),
    );
    expect(said[1]).not.toMatch(/fetched/);
    const made = (machine: Machine) =>
      [...machine.files('data'), ...machine.files('outputs')].filter((name) => !/events\.out/.test(name));
    expect(made(far)).toEqual(made(near));
    const compared = made(far).filter((name) => !OTHER.test(name));
    for (const name of [/best_model\.pth$/, /\.npy$/])
      expect(compared).toEqual(expect.arrayContaining([expect.stringMatching(name)]));
    expect(compared.filter((name) => near.read(name) !== far.read(name))).toEqual([]);
    expect(far.files('outputs').filter((name) => far.read(name).includes('/files/raw'))).toEqual([]);
    expect(far.read('data/splits/summary.json')).toContain(`"root_dir": "${root}"`);

    const again = filesBelow(join(near.folder, 'raw'))[0] ?? '';
    await server.upload('ward', 'raw/JM/fold1/grade0/new/A/', again);
    expect(far.run(...PREPROCESS, '--root_dir', root)).toMatch(RegExp(`${count + 1} objects .*, 1 fetched`));
  },
);

peerTest(
  'verify looks at the images in the store that the split was made from, or says that it did not',
  OBJECT_SERVER_NEEDS,
  async () => {
    const { env } = await server.start();
    const machine = new Machine(env);
    await withImagesIn('verified', machine);
    machine.run(...PREPROCESS, '--root_dir', 's3://verified/raw');
    mkdirSync(join(machine.folder, 'outputs'));
    const verify = () => machine.end('verify', 'outputs');
    expect(verify()).toMatch(/^0: .*compared {2}splits\/train_A\.csv: made again, identical/s);
    // Without a word about the store its copies would pass for what it has now.
    const [image = '', other = ''] = filesBelow(join(machine.folder, 'raw')).filter((name) =>
      /A\/[^/]*$/.test(name),
    );
    const key = relative(machine.folder, image).replaceAll('\\', '/');
    await server.upload('verified', `${key.slice(0, key.lastIndexOf('/'))}/new.png`, other);
    expect(verify()).toMatch(/^3: .*1 fetched.*(DIFFERENT|refused)/s);
    machine.lock();
    expect(verify()).toMatch(
      /^0: .*not verified: raw images: they are not there \(s3:\/\/verified\/raw: there are\s+no\s+keys/s,
    );
  },
);

peerTest(
  'a training that is killed goes on, from its copies, on another machine',
  OBJECT_SERVER_NEEDS,
  async () => {
    const { env } = await server.start();
    const [whole, first, second] = [new Machine(env), new Machine(env), new Machine(env)];
    await withImagesIn('spot', whole);
    const epochs = ['--set', 'training.epochs=12'];
    const copied = [...epochs, '--root_dir', 's3://spot/raw', '--set', 'experiment.copy_to=s3://spot/study'];
    for (const args of [PREPROCESS, TRAIN]) whole.run(...args, ...epochs, '--root_dir', 'raw');

    first.run(...PREPROCESS, ...copied);
    const training = first.begin(...TRAIN, ...copied);
    const exit = once(training, 'exit');
    const keys = () => server.keys('spot', 'study/');
    while (training.exitCode === null && !(await keys()).some((key) => key.endsWith('last_checkpoint.pth')))
      await sleep(100);
    training.kill('SIGKILL');
    expect(await exit).toEqual([null, 'SIGKILL']);

    const said = second.run(...TRAIN, '--resume', ...copied);
    expect(said).toMatch(/files of this study were brought back from s3:\/\/spot\/study\./);
    const results = /(best_model\.pth|training_history\.csv|_metrics\.csv)$/;
    const made = (machine: Machine) =>
      machine.files('outputs').flatMap((name) => (results.test(name) ? [[name, machine.read(name)]] : []));
    expect(made(second).length).toBeGreaterThan(3);
    expect(made(second)).toEqual(made(whole));
    const kept = (await keys()).map((key) => key.replace('study/outputs/', 'outputs/feature_extract/'));
    expect(kept.filter((key) => /study_key|\/\./.test(key))).toEqual([]);
    const sent = second.files('outputs').filter((name) => !name.includes('/.'));
    expect(kept).toEqual(expect.arrayContaining(sent.map((name) => name.replaceAll('\\', '/'))));
  },
);

peerTest(
  'a store that takes no copies holds no training up, and the command ends with its error',
  OBJECT_SERVER_NEEDS,
  async () => {
    const machine = new Machine((await server.start()).reader);
    withImages(machine);
    await server.bucket('closed');
    machine.run(...PREPROCESS, '--root_dir', 'raw');
    const copied = ['--set', 'experiment.copy_to=s3://closed/study'];
    const said = machine.end(...TRAIN, ...copied);
    expect(said).toMatch(
      /^5: .*The study could not be copied to s3:\/\/closed\/study; Radweave will try again/s,
    );
    expect(said).toMatch(/the keys do not allow this \(AccessDenied\)/);
    expect(machine.files('outputs')).toEqual(
      expect.arrayContaining([expect.stringMatching(/val_metrics\.csv$/)]),
    );
    expect(await server.keys('closed', '')).toEqual([]);
  },
);
