// What the numbers were measured on.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

const INTERESTING = ['avx2', 'avx512f', 'avx512_bf16', 'amx_bf16', 'avx512_vnni'];

/** Describes the machine; nothing in it names the host. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    features: cpuFlags().filter((flag) => INTERESTING.includes(flag)),
    memoryGb: Number((totalmem() / 2 ** 30).toFixed(1)),
    system: `${process.platform} ${release().split('-')[0]}`,
    node: process.version,
    loadBefore: Number(loadavg()[0].toFixed(2)),
  };
}

function cpuFlags() {
  try {
    return (/^flags\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '').split(' ');
  } catch {
    return [];
  }
}
