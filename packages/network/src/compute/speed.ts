import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { PRECISIONS, type Precision, readJson, writeJson } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import {
  cpuCapability,
  engineCache,
  getNumThreads,
  libtorchVersion,
  nn,
  randn,
  type Tensor,
  tidy,
} from '@radweave/torch';
import { z } from 'zod';
import { backwardInPrecision, underPrecision } from './under-precision.ts';

interface SpeedRecord {
  cpu: string;
  libtorch: string;
  capability: string;
  threads: number;
  precision: Precision;
  /** Time in float32 by time in this precision. */
  speed: number;
}

const schema: z.ZodType<SpeedRecord> = z.object({
  cpu: z.string(),
  libtorch: z.string(),
  capability: z.string(),
  threads: z.int(),
  precision: z.enum(PRECISIONS),
  speed: z.number().gt(0),
});

/**
 * {@link measureSpeed}, measured once for a CPU, libtorch and number of threads and kept in the user's cache, so that
 * `auto` means the same for every run on a machine.
 */
export function cachedSpeed(precision: Precision, folder: string = engineCache()): number {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    libtorch: libtorchVersion(),
    capability: cpuCapability(),
    threads: getNumThreads(),
  };
  const key = createHash('sha256').update(JSON.stringify(machine)).digest('hex').slice(0, 12);
  const path = join(folder, `speed-${precision}-${key}.json`);
  if (existsSync(path)) return readJson(path, schema).speed;
  const record: SpeedRecord = { ...machine, precision, speed: Number(measureSpeed(precision).toFixed(3)) };
  writeJson(path, record);
  return record.speed;
}

const ROUNDS = 7;

/**
 * How many times as fast as float32 the CPU is in another precision: a residual block's forward and backward pass in
 * channels-last memory. Alternating, the fastest of several rounds each, as other work on the machine
 * can only slow a round down. Takes about a second.
 */
export function measureSpeed(precision: Precision): number {
  let [fp32, other] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    fp32 = Math.min(fp32, blockStep('fp32'));
    other = Math.min(other, blockStep(precision));
  }
  return fp32 / other;
}

/** Milliseconds of one step. */
function blockStep(precision: Precision): number {
  const within = (body: () => Tensor): Tensor => underPrecision({ device: 'cpu', precision }, body);
  return tidy(() => {
    const block = new nn.Sequential([
      new nn.Conv2d(64, 64, 3, { padding: 1, bias: false }),
      new nn.BatchNorm2d(64),
      new nn.ReLU(),
      new nn.Conv2d(64, 64, 3, { padding: 1, bias: false }),
      new nn.BatchNorm2d(64),
    ]);
    block.to({ memoryFormat: 'channelsLast' });
    const x = randn([8, 64, 56, 56]).contiguous('channelsLast');
    x.requiresGrad = true;
    const start = performance.now();
    const loss = within(() => block.call(x))
      .to('float32')
      .sum();
    backwardInPrecision({ device: 'cpu', precision }, () => loss.backward());
    return performance.now() - start;
  });
}
