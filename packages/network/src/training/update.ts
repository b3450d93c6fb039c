import { nn, type optim, type Tensor, tidy } from '@radweave/torch';
import { DivergedError, REMEDY } from './diverged.ts';

export interface Changed {
  model: nn.Module;
  optimizer: optim.Optimizer;
  /** In float16: keeps gradients within its range. */
  scaler: optim.GradScaler | null;
  /** Largest norm of all gradients together; 0 leaves them alone. */
  clipGradNorm: number;
}

/** Below it most gradients of a network vanish in float16; fairseq ends training here too (its `min_loss_scale`). */
const LEAST_SCALE = 1e-4;

/** What the gradients of a batch are of: its loss by its share of a step; in float16, scaled. */
export function weighed(loss: Tensor, share: number, scaler: optim.GradScaler | null): Tensor {
  const part = share === 1 ? loss : loss.mul(share);
  return scaler === null ? part : scaler.scaled(part);
}

/**
 * From gradients to changed parameters; leaves no gradients behind.
 *
 * @param isPrepared whether the optimizer's first half has been done: the rest can be recorded.
 */
export function changeParameters(
  { model, optimizer, scaler, clipGradNorm }: Changed,
  isPrepared: boolean,
): void {
  tidy(() => {
    const foundInf = scaler?.unscale(model.parameters()) ?? null;
    if (clipGradNorm > 0) nn.clipGradNorm(model.parameters(), clipGradNorm);
    if (isPrepared) optimizer.applyStep(foundInf);
    else optimizer.step(foundInf);
    optimizer.zeroGrad();
    scaler?.update();
  });
}

/** @throws DivergedError when so many steps in a row were skipped that scaling is of no use. */
export function requireScale(scaler: optim.GradScaler | null, where: string): void {
  const scale = scaler?.value ?? Number.POSITIVE_INFINITY;
  if (scale >= LEAST_SCALE) return;
  throw new DivergedError(
    `the loss scale of float16 fell to ${scale.toExponential(1)} in ${where}: gradients are not finite in any step. ${REMEDY}`,
  );
}
