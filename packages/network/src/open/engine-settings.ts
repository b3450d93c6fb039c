import { type Config, DataError } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { resolveDevice } from '@radweave/torch';
import { architectureOf } from './architecture.ts';

/**
 * Refuses a model, device or weights file that cannot be used here, before anything is read or measured.
 *
 * @throws UsageError, ResourceError or DataError that names it.
 */
export function requireEngineSettings({ model, training }: Pick<Config, 'model' | 'training'>): void {
  architectureOf(model.name);
  // `auto` is always there, and asking for it would load libtorch.
  if (training.device !== 'auto') resolveDevice(training.device);
  if (model.weights === null || existsSync(model.weights)) return;
  throw new DataError('E_FILE_MISSING', 'there is no such weights file', {
    where: model.weights,
    hint: 'Check --weights or model.weights',
  });
}
