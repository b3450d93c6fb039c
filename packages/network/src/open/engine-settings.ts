import { type Config, DataError, UsageError } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { modelInfo } from '@radweave/models';
import { resolveDevice } from '@radweave/torch';
import { architectureOf } from './architecture.ts';

/**
 * Refuses a model, device or weights file that cannot be used here, before anything is read or measured.
 *
 * @throws UsageError, ResourceError or DataError that names it.
 */
export function requireEngineSettings({ model, training }: Pick<Config, 'model' | 'training'>): void {
  requireZeroInit(architectureOf(model.name), model.zero_init_last);
  // `auto` is always there, and asking for it would load libtorch.
  if (training.device !== 'auto') resolveDevice(training.device);
  if (model.weights === null || existsSync(model.weights)) return;
  throw new DataError('E_FILE_MISSING', 'there is no such weights file', {
    where: model.weights,
    hint: 'Check --weights or model.weights',
  });
}

/** @throws UsageError where a network has no batch norms that could start otherwise. */
export function requireZeroInit(name: string, zeroInitLast: boolean): void {
  if (zeroInitLast || modelInfo(name).defaults?.zeroInitLast !== undefined) return;
  throw new UsageError('E_MODEL', `${name} has no last batch norm in its blocks that could start at 0 or 1`, {
    where: 'model.zero_init_last',
    hint: 'Leave this setting out; it is for the ResNet family',
  });
}
