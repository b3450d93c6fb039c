import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** timm's facts on one set of weights, under timm's names. */
export interface TimmFacts {
  hf_hub_id: string;
  license: string;
  num_classes: number;
  input_size: [number, number, number];
  mean: number[];
  std: number[];
  interpolation: string;
  crop_pct: number;
  first_conv: string;
  classifier: string;
}

/** What `scripts/timm-keys.py` wrote of a model. */
export interface TimmRecord {
  defaultTag: string;
  numFeatures: number;
  weights: Map<string, TimmFacts>;
  /** Image size → logits of the model made with seed 0 for an image drawn with seed 1. */
  answers: Map<number, number[]>;
  /** `name [shape]`, sorted. */
  state: string[];
}

const FOLDER = fileURLToPath(new URL('../testdata/timm/', import.meta.url));

/** Reads a model's record; undefined when the script has not been run for it. */
export function readTimmRecord(name: string): TimmRecord | undefined {
  const path = `${FOLDER}${name}.txt`;
  if (!existsSync(path)) return undefined;
  const record: TimmRecord = {
    defaultTag: '',
    numFeatures: 0,
    weights: new Map(),
    answers: new Map(),
    state: [],
  };
  for (const line of readFileSync(path, 'utf8').trimEnd().split('\n')) {
    const [kind = '', first = '', rest = ''] = splitTwice(line);
    if (kind === 'default') record.defaultTag = first;
    else if (kind === 'features') record.numFeatures = Number(first);
    else if (kind === 'weights') record.weights.set(first, JSON.parse(rest));
    else if (kind === 'answer') record.answers.set(Number(first), JSON.parse(rest));
    else if (kind === 'state') record.state.push(`${first} ${rest}`);
  }
  record.state.sort();
  return record;
}

/** The first two words of a line, and the rest. */
function splitTwice(line: string): string[] {
  return /^(\S+) (\S+) ?(.*)$/.exec(line)?.slice(1) ?? [];
}
