// What several devices gain, as a model: steps of one training in many processes, event by event, and tasks among workers.
// Measured numbers are in MEASURED with their source; what nobody measured here, such as the speed of a network, is in ASSUMED.

import { randomOf } from '../../scripts/campaign/random.mjs';

/** What was measured, and where it stands. */
export const MEASURED = {
  /** Slices a second of one training, batches of 32: docs/benchmarks-cuda.md (H200) and docs/benchmarks-avx512.md (2 cores of a Xeon). */
  rates: {
    h200: { resnet18: 8336, resnet50: 3472, swin_t: 1857 },
    xeon: { resnet18: 18.1, resnet50: 5.24, swin_t: 4.14 },
  },
  /** Bytes of the gradients, float32, two classes. */
  gradients: { resnet18: 44.7e6, resnet50: 94.0e6, swin_t: 110.1e6 },
  /** Seconds for the sum of 44 MB, and of one number, by gloo in two processes: docs/scaling.md. */
  sum: { bytes: 44e6, seconds: 0.038, latency: 0.00008 },
  /** Standard deviation of a step's time as a share of it: 0.38 to 0.42 s, taken as a uniform spread. docs/scaling.md. */
  jitter: 0.04 / Math.sqrt(12) / 0.4,
  /** Bytes of a slice of 224×224 in the slice store. */
  slice: 224 * 224,
  /** Seconds of one core for decoding and hashing a PNG: docs/history/performance.md. */
  decode: 175e-6,
  /** Slices a second that `preprocess` checks, one process with two threads: docs/benchmarks-avx512.md. */
  preprocess: 2296,
  /** Slices a second of one extraction on an H200 once the network is ready: docs/benchmarks-cuda.json. */
  extract: 2543,
  /** Bytes of memory for each slice of a cohort, in each process: docs/performance.md. */
  memory: 1500,
};

/** What is only supposed; none of it was measured. */
export const ASSUMED = {
  /** Bytes a second between machines: cards of 10, 100 and 400 Gb/s. */
  networks: { '10 Gb/s': 1.25e9, '100 Gb/s': 12.5e9, '400 Gb/s': 50e9 },
  /** Seconds from one machine to the next by a network without TCP. */
  hop: 5e-6,
  /** Bytes a second of a shared file system. */
  shared: 10e9,
};

/** Bytes of libtorch's `Reducer` in a bucket; backward is two thirds of a step. */
const BUCKET = 25e6;
const BACKWARD = 2 / 3;

/** Seconds for the sum of `bytes` over a ring of `devices`: each sends 2(n − 1) parts of one n-th. */
export function ring(bytes, devices, { bandwidth, latency }) {
  const hops = 2 * (devices - 1);
  return (hops / devices) * (bytes / bandwidth) + hops * latency;
}

/** The same by a tree: as many bytes, but the time of a hop counts once for each doubling. */
export function tree(bytes, devices, { bandwidth, latency }) {
  return ((2 * (devices - 1)) / devices) * (bytes / bandwidth) + 2 * Math.ceil(Math.log2(devices)) * latency;
}

/** What gloo on one machine reaches by the measurement: bytes a second, and seconds of one hop of two. */
export const GLOO = (() => {
  const latency = MEASURED.sum.latency / 2;
  return { bandwidth: MEASURED.sum.bytes / (MEASURED.sum.seconds - 2 * latency), latency };
})();

/**
 * The mean seconds of a step of `devices` processes. Each computes forward and backward, which take it a little more or less time
 * in each step; buckets of gradients are ready one after the other during backward, are summed one after the other when the last
 * process has them, and the optimizer waits for the last sum.
 */
export function step({ devices, compute, bytes, sum, jitter = MEASURED.jitter, steps = 200, seed = 1 }) {
  const next = randomOf(seed);
  const buckets = Math.ceil(bytes / BUCKET);
  const spread = jitter * Math.sqrt(12);
  let total = 0;
  for (let i = 0; i < steps; i++) {
    let slowest = 0;
    for (let d = 0; d < devices; d++) {
      slowest = Math.max(slowest, compute * (1 + spread * (next() - 0.5)));
    }
    let done = 0;
    for (let b = 1; devices > 1 && b <= buckets; b++) {
      const ready = slowest * (1 - BACKWARD + (BACKWARD * b) / buckets);
      const size = b < buckets ? BUCKET : bytes - BUCKET * (buckets - 1);
      done = Math.max(done, ready) + sum(size, devices);
    }
    total += Math.max(slowest, done);
  }
  return total / steps;
}

/** The share of `devices` separate devices that a training in `devices` processes reaches, each with batches of 32. */
export function efficiency(rate, bytes, devices, sum) {
  const compute = 32 / rate;
  return compute / step({ devices, compute, bytes, sum });
}

/** Seconds until `workers` have done tasks of these seconds, the longest first; none waits for another. */
export function makespan(seconds, workers) {
  const free = new Array(workers).fill(0);
  for (const time of seconds.toSorted((a, b) => b - a)) {
    const first = free.indexOf(Math.min(...free));
    free[first] += time;
  }
  return Math.max(...free);
}
