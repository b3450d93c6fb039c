// Runs the commands of a study, whole or under the shim, and keeps the study as it is before and after each.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startHub } from './hub.mjs';
import { compileShim, shimmed, shimSaid } from './shim.mjs';
import { commandOf, makeStudy, STAGES } from './study.mjs';
import { copy, treeOf } from './trees.mjs';

/** After so long a command hangs. */
const HANGS_MS = 180_000;

export class Campaign {
  constructor(work) {
    this.work = work;
    // A name that no encoding of one byte has, and a space.
    this.study = join(work, 'étude 肝');
    this.log = join(work, 'shim.log');
    this.stages = [];
  }

  /** Compiles the shim and makes the study. */
  async begin() {
    mkdirSync(join(this.work, 'tmp'), { recursive: true });
    this.shim = compileShim(this.work);
    if (this.shim === undefined) throw new Error('a campaign needs Linux and a C compiler (cc)');
    this.hub = await startHub();
    mkdirSync(this.study);
    makeStudy(this.study);
  }

  /**
   * Begins, and runs each command once: what comes of it is what must come of every other way.
   *
   * @param only names of the commands that will be hurt; all when empty.
   * @param reads whether operations that read will be, too.
   */
  async prepare({ only, reads, say }) {
    await this.begin();
    const isHurt = ({ name, isGiven }) => !isGiven && (only.length === 0 || only.includes(name));
    const shares = STAGES.filter(isHurt).map(({ sharesOf }) => sharesOf);
    const isNeeded = ({ sharesOf }) => sharesOf === undefined || shares.includes(sharesOf);
    for (const stage of STAGES.slice(0, STAGES.findLastIndex(isHurt) + 1).filter(isNeeded)) {
      const before = join(this.work, 'before', stage.name);
      if (isHurt(stage)) copy(this.study, before);
      const { status, said, total, ms } = await this.run(stage, { reads });
      if (status !== 0) throw new Error(`${stage.name} failed:\n${said}`);
      if (!isHurt(stage)) continue;
      this.stages.push({ ...stage, before, after: treeOf(this.study), total, ms });
      say(`${stage.name}: ${total} operations, ${ms} ms`);
    }
  }

  /** Puts the study back to what it was before a command. */
  restore(stage) {
    copy(stage.before, this.study);
    rmSync(join(this.work, 'tmp'), { recursive: true, force: true });
    mkdirSync(join(this.work, 'tmp'));
  }

  /**
   * Runs a command.
   *
   * @param hurt what {@link shimmed} is told; `after`, of milliseconds, kills it then.
   */
  async run(stage, hurt, more = [], elsewhere = {}) {
    const { program, args, options } = commandOf(stage, this.study, this.hub.address);
    Object.assign(options.env, elsewhere);
    rmSync(this.log, { force: true });
    if (hurt !== undefined) {
      Object.assign(options.env, shimmed(this.shim, this.study, { ...hurt, log: this.log }));
    }
    const started = performance.now();
    const child = spawn(program, [...args, ...more], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data) => {
      said += data;
    });
    let out = '';
    child.stdout.on('data', (data) => {
      out += data;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), hurt?.after ?? HANGS_MS);
    const [status, signal] = await once(child, 'close');
    clearTimeout(timer);
    const ms = Math.round(performance.now() - started);
    return {
      status,
      signal,
      said,
      out,
      ms,
      isHung: hurt?.after === undefined && ms >= HANGS_MS,
      ...shimSaid(this.log),
    };
  }

  /** Runs a command as a user does after it failed: again, and where it says so with `--resume`. Language and time zone are others. */
  async again(stage) {
    const elsewhere = { LANG: 'C', LC_ALL: 'C', TZ: 'Pacific/Kiritimati' };
    const first = await this.run(stage, undefined, [], elsewhere);
    if (first.status !== 2 || stage.resume === undefined || !first.said.includes('--resume')) return first;
    return await this.run(stage, undefined, stage.resume, elsewhere);
  }

  close() {
    this.hub?.close();
  }
}
