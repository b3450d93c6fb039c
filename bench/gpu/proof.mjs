import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runWithin } from './processes.mjs';

/** Less time than this is not worth beginning a check. */
const LEAST_SECONDS = 10;

/** What the checks share: where everything lies, how programs are run, and the results. */
export class Proof {
  results = [];

  constructor(options) {
    Object.assign(this, options);
    this.begun = performance.now();
    this.logs = this.path('logs');
    mkdirSync(this.logs, { recursive: true });
    writeFileSync(join(this.out, 'results.jsonl'), '');
    const { work } = this;
    this.env = {
      ...process.env,
      RADWEAVE_CACHE: join(work, 'cache'),
      PYTHONUNBUFFERED: '1',
      TORCHINDUCTOR_CACHE_DIR: join(work, 'inductor'),
    };
  }

  /** A place for a check's files. */
  path(...parts) {
    return join(this.work, ...parts);
  }

  get secondsLeft() {
    return this.deadline - (performance.now() - this.begun) / 1000;
  }

  /** Runs one check within its limit; whatever goes wrong becomes a result, of ours or of the peers'. */
  async run({ name, limit, body, isOfPeers = false }) {
    const seconds = Math.min(this.sizes.patience * limit, this.secondsLeft);
    if (seconds < LEAST_SECONDS) {
      this.note(name, 'not run', null, 'no time left');
      return;
    }
    const start = performance.now();
    const stop = AbortSignal.timeout(Math.ceil(1000 * seconds));
    const check = {
      proof: this,
      stop,
      note: (what, ok, value) => this.note(name, what, ok, value),
    };
    try {
      await body(check);
    } catch (error) {
      const why = stop.aborted ? `not finished within ${Math.round(seconds)} s` : String(error.message);
      this.note(name, 'broken off', isOfPeers ? null : false, why);
    }
    this.note(name, 'seconds', null, Number(((performance.now() - start) / 1000).toFixed(1)));
  }

  /** @param ok whether what was found is right; null where it is a fact or a measurement. */
  note(check, what, ok, value) {
    const result = { check, what, ok, value };
    this.results.push(result);
    appendFileSync(join(this.out, 'results.jsonl'), `${JSON.stringify(result)}\n`);
    console.log(lineOf(result));
  }

  /** Runs a program; its output goes to a log of this name. */
  program(check, name, argv, env = {}, onStart) {
    const running = runWithin(argv, {
      log: join(this.logs, `${name}.log`),
      env: { ...this.env, ...env },
      cwd: this.work,
      stop: check.stop,
      onStart,
    });
    // A check that is stopped may wait for another of its programs when this one is ended.
    running.catch(() => undefined);
    return running;
  }

  /** Runs our command. */
  radweave(check, name, args, env = {}, onStart) {
    return this.program(check, name, [this.node, this.command, ...args], env, onStart);
  }

  /** Runs one of our Python scripts. */
  python3(check, name, script, args, env = {}) {
    return this.program(check, name, ['python3', join(this.root, 'bench/gpu/python', script), ...args], env);
  }

  get node() {
    return this.path('node');
  }

  get command() {
    return join(this.root, 'apps/cli/bin/radweave.mjs');
  }

  /** Writes everything that is known as one file, and all logs as another: some ways back take few files only. */
  write(pack) {
    const { results, device } = this;
    const whole = { made: new Date().toISOString(), device, pack, results };
    writeFileSync(join(this.out, 'gpu-proof.json'), `${JSON.stringify(whole, null, 1)}\n`);
    execFileSync('tar', ['-czf', join(this.out, 'logs.tar.gz'), '-C', this.work, 'logs']);
  }

  /** What is wrong once more, and how much is right. */
  summary() {
    const wrong = this.results.filter(({ ok }) => ok === false);
    const right = this.results.filter(({ ok }) => ok === true).length;
    return [...wrong.map(lineOf), `${right} right, ${wrong.length} wrong`].join('\n');
  }
}

function lineOf({ check, what, ok, value }) {
  const mark = ok === null ? '      ' : ok ? 'ok    ' : 'WRONG ';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${mark}${check.padEnd(12)} ${what}: ${text}`.slice(0, 600);
}
