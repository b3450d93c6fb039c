import {
  assemble,
  type Code,
  get,
  type Kernel,
  type KernelSource,
  kernelsOf,
  larger,
  largerWide,
  load,
  loop,
  set,
  smaller,
  smallerWide,
  store,
  word,
} from './wasm/assemble.ts';

type Samples = Uint8Array | Uint16Array;

/** Bytes of a vector, which is what the kernels compare at once. */
const VECTOR = 16;
/** Where the kernels leave a vector of smallest and one of largest samples, and where they find samples. */
const MIN = 0;
const MAX = MIN + VECTOR;
const SAMPLES = MAX + VECTOR;
/** Bytes of samples taken at once: so few stay in a core's cache. */
const AT_ONCE = 1 << 17;

/** By bytes per sample. */
const kernelOf = kernelsOf((size: number) =>
  assemble(size === 2 ? source(smallerWide, largerWide) : source(smaller, larger)),
);

export interface SampleRange {
  readonly min: number;
  readonly max: number;
}

export function sampleRange(samples: Samples): SampleRange {
  const kernel = kernelOf(samples.BYTES_PER_ELEMENT);
  return kernel === null ? plainRange(samples) : rangeBy(kernel, samples);
}

function rangeBy({ memory, run }: Kernel, samples: Samples): SampleRange {
  const view = samples instanceof Uint16Array ? new Uint16Array(memory.buffer) : memory;
  const size = view.BYTES_PER_ELEMENT;
  const most = AT_ONCE / size;
  let range = plainRange(samples.subarray(0, 1));
  for (let from = 0; from < samples.length; from += most) {
    const part = samples.subarray(from, from + most);
    const end = SAMPLES / size + part.length;
    view.set(part, SAMPLES / size);
    // Filled up to a whole vector with a sample that is there anyway.
    view.fill(range.min, end, end + VECTOR / size);
    run(end * size);
    const { min, max } = plainRange(view.subarray(0, SAMPLES / size));
    range = { min: Math.min(range.min, min), max: Math.max(range.max, max) };
  }
  return range;
}

function plainRange(samples: Samples): SampleRange {
  let min = samples[0] ?? 0;
  let max = min;
  for (let i = 1; i < samples.length; i++) {
    const sample = samples[i] as number;
    if (sample < min) min = sample;
    if (sample > max) max = sample;
  }
  return { min, max };
}

// Locals of the kernels.
const END = 0;
const AT = 1;
const LOW = 2;
const HIGH = 3;

type Compare = (x: Code, y: Code) => Code;

function source(lower: Compare, higher: Compare): KernelSource {
  const body = [
    set(AT, word(SAMPLES)),
    set(LOW, load(get(AT))),
    set(HIGH, get(LOW)),
    loop(AT, VECTOR, get(END), [
      set(LOW, lower(get(LOW), load(get(AT)))),
      set(HIGH, higher(get(HIGH), load(get(AT)))),
    ]),
    store(word(MIN), get(LOW)),
    store(word(MAX), get(HIGH)),
  ];
  return { parameters: 1, words: 1, vectors: 2, memory: SAMPLES + AT_ONCE + VECTOR, body };
}
