import { type FrozenRecord, frozenRecord } from '../fusion/model-file.ts';
import { readJson, writeJson } from '../json.ts';

/** Writes one frozen decision as JSON. */
export function writeFrozen(path: string, record: FrozenRecord): void {
  writeJson(path, record);
}

/** Reads one frozen decision; whoever uses it checks the hash. @throws DataError as `readJson`. */
export function readFrozen(path: string): FrozenRecord {
  return readJson(path, frozenRecord);
}
