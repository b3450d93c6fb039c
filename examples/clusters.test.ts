import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peersPython, peerTest, pythonJson, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What bash calls of the commands `radweave`, `srun` and `scontrol`, which only note it; the first ends with this code. */
function called(
  args: readonly string[],
  job: Record<string, string>,
  { code = 0, folder = tempDir() } = {},
): string[] {
  const notes = join(folder, 'notes');
  const stub = (name: string, end: string) =>
    writeFileSync(join(folder, name), `#!/bin/bash\necho ${name} "$@" >> '${notes}'\n${end}\n`, {
      mode: 0o755,
    });
  stub('radweave', `exit ${code}`);
  stub('scontrol', '[ "$1" = show ] && echo node1; exit 0');
  stub('srun', 'shift; "$@"');
  const env = { ...process.env, ...job, PATH: `${folder}:${process.env.PATH}`, SLURM_CPUS_PER_TASK: '3' };
  const { status } = spawnSync('bash', args, { cwd: folder, env });
  expect(status).toBe(code);
  return existsSync(notes) ? readFileSync(notes, 'utf8').trimEnd().split('\n') : [];
}

const ELEMENT = { SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '2', SLURM_JOB_ID: '9' };

function beginRun(folder: string, name: string): void {
  const run = join(folder, 'outputs/feature_extract/checkpoints', name);
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, 'run.json'), '{}');
}

test.skipIf(process.platform === 'win32')(
  'scripts for Slurm call what they say, and are requeued where they can go on',
  () => {
    const share = ['extract', '--modality', 'A'];
    expect(called([place('slurm/shares.sbatch'), ...share], ELEMENT)).toEqual([
      'radweave extract --modality A --shard auto/4',
    ]);
    const work = 'radweave work --config study.yaml';
    const study = [place('slurm/study.sbatch')];
    expect(called(study, ELEMENT)).toEqual([work]);
    expect(called(study, ELEMENT, { code: 4 })).toEqual([work, 'scontrol requeue 7_2']);
    // What fails is not tried again.
    expect(called(study, ELEMENT, { code: 3 })).toEqual([work]);
    const folder = tempDir();
    const together = () => called([place('slurm/train.sbatch')], ELEMENT, { code: 4, folder }).slice(-2);
    const train =
      'radweave train --config study.yaml --output_dir outputs/feature_extract --device cpu --modality A --run A-9';
    expect(together()).toEqual([train, 'scontrol requeue 9']);
    beginRun(folder, 'A-9');
    expect(together()).toEqual([`${train} --resume`, 'scontrol requeue 9']);
  },
);

test.each([
  ['slurm/shares.sbatch', /--array=0-(\d+)/, 1],
  ['kubernetes/shares.yaml', /completions: (\d+)/, 0],
])('%s starts as many as there are shares', (name, started, more) => {
  const text = readFileSync(place(name), 'utf8');
  const [, shares] = /auto\/(\d+)/.exec(text) ?? [];
  expect(Number(started.exec(text)?.[1]) + more).toBe(Number(shares));
});

/** The documents of files for Kubernetes, and what its own schemas of several versions say against them. */
function checked(names: readonly string[]): { faults: string[]; documents: Manifest[] } {
  return pythonJson(CHECK, {
    args: names.map((name) => place(`kubernetes/${name}`)),
    interpreter: peersPython(),
  });
}

/** What is looked at of a document. */
interface Manifest {
  kind: string;
  metadata: { name: string };
  spec: {
    completions: number;
    ports: [{ port: number }];
    template: {
      spec: {
        subdomain: string;
        containers: [{ command: string[]; env: { name: string; value: string }[] }];
      };
    };
  };
}

const CHECK = `
import json, sys, kubernetes_validate, yaml
faults, documents = [], []
for path in sys.argv[1:]:
    for document in yaml.safe_load_all(open(path)):
        documents.append(document)
        for version in ('1.31', '1.34', '1.37'):
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                faults.append(f'{path}, {version}: {error.message}')
print(json.dumps({'faults': faults, 'documents': documents}))
`;

peerTest('files for Kubernetes have the form that it asks for', ['kubernetes_validate'], () => {
  expect(checked(['shares.yaml', 'study.yaml', 'train.yaml']).faults).toEqual([]);
});

peerTest('pods that train together find each other and go on with their run', ['kubernetes_validate'], () => {
  const [service, job] = checked(['train.yaml']).documents;
  if (service === undefined || job === undefined) throw new Error('there is no service and job');
  const { completions, template } = job.spec;
  const [{ command, env }] = template.spec.containers;
  expect(Object.fromEntries(env.map(({ name, value }) => [name, value]))).toMatchObject({
    MASTER_ADDR: `${job.metadata.name}-0.${service.metadata.name}`,
    MASTER_PORT: String(service.spec.ports[0].port),
    WORLD_SIZE: String(completions),
  });
  expect(template.spec.subdomain).toBe(service.metadata.name);

  const folder = tempDir();
  const pod = () => called(command.slice(1), { JOB_COMPLETION_INDEX: '1' }, { folder }).at(-1);
  const train =
    'radweave train --config study.yaml --output_dir outputs/feature_extract --device cpu --modality A --run A-several --rank_timeout 300';
  expect(pod()).toBe(train);
  beginRun(folder, 'A-several');
  expect(pod()).toBe(`${train} --resume`);
});
