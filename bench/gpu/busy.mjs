import { spawn } from 'node:child_process';

const QUERY = ['--query-gpu=utilization.gpu,memory.used', '--format=csv,noheader,nounits', '-lms', '100'];

/** Samples how busy the GPU is and how much of its memory is taken, by nvidia-smi, until `stop` is called. */
export class BusySampler {
  samples = [];

  constructor() {
    this.child = spawn('nvidia-smi', QUERY, { stdio: ['ignore', 'pipe', 'ignore'] });
    // Without nvidia-smi there are no samples.
    this.child.on('error', () => undefined);
    this.child.stdout.on('data', (text) => {
      for (const line of String(text).trim().split('\n')) {
        const [busy, memory] = line.split(',').map(Number);
        if (Number.isFinite(busy)) this.samples.push({ at: Date.now(), busy, memory });
      }
    });
  }

  stop() {
    this.child.kill();
  }

  /** Mean percent within stretches of the clock, in milliseconds; null without samples. */
  percent(stretches) {
    const within = this.samples.filter(({ at }) => stretches.some(([from, to]) => at >= from && at <= to));
    if (within.length === 0) return null;
    return Math.round(within.reduce((sum, { busy }) => sum + busy, 0) / within.length);
  }

  get mostMemory() {
    return Math.max(0, ...this.samples.map(({ memory }) => memory));
  }
}
