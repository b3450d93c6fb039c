import { type Config, requireNamed, UsageError } from '@radweave/artifacts';
import { modelInfo } from '@radweave/models';
import { resolveDevice } from '@radweave/torch';
import { architectureOf } from './architecture.ts';

/**
 * Refuses a model, device or weights file that cannot be used here, before anything is read or measured.
 *
 * @throws UsageError or ResourceError that names it.
 */
export function requireEngineSettings({ model, training }: Pick<Config, 'model' | 'training'>): void {
  requireZeroInit(architectureOf(model.name), model.zero_init_last);
  requireDevice(training);
  if (model.weights !== null) requireNamed('file', model.weights, '--weights or model.weights');
}

/** @throws ResourceError for a device that is not here. */
export function requireDevice({ device }: Pick<Config['training'], 'device'>): void {
  // `auto` is always there, and asking for it would load libtorch.
  if (device !== 'auto') resolveDevice(device);
}

/** @throws UsageError where a network has no batch norms that could start otherwise. */
export function requireZeroInit(name: string, zeroInitLast: boolean): void {
  if (zeroInitLast || modelInfo(name).defaults?.zeroInitLast !== undefined) return;
  throw new UsageError('E_MODEL', `${name} has no last batch norm in its blocks that could start at 0 or 1`, {
    where: 'model.zero_init_last',
    hint: 'Leave this setting out; it is for the ResNet family',
  });
}
