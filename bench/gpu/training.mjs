import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A training of its own on the small cohort. */
export class Training {
  constructor(
    proof,
    name,
    { device, precision, model, epochs = 2, batch = proof.sizes.batch, more = [], env = {} },
  ) {
    this.proof = proof;
    this.name = name;
    this.folder = proof.path('trainings', name);
    this.device = device;
    this.env = env;
    this.args = [
      ...['train', '--modality', 'A', '--model', model, '--pretrained', 'false', '--run', name],
      ...['--epochs', String(epochs), '--batch_size', String(batch), '--disable_early_stop'],
      ...['--device', device, '--precision', precision, '--splits_dir', proof.path('cohort', 'splits')],
      ...['--set', `data.image_size=${proof.sizes.side}`],
      ...['--output_dir', this.folder, '--best_hparams_dir', join(this.folder, 'best'), ...more],
    ];
  }

  get history() {
    return join(this.folder, 'logs', this.name, 'training_history.csv');
  }

  get last() {
    return join(this.folder, 'checkpoints', this.name, 'last_checkpoint.pth');
  }

  get best() {
    return join(this.folder, 'checkpoints', this.name, 'best_model.pth');
  }

  /** Starts again. */
  start(check, onStart) {
    rmSync(this.folder, { recursive: true, force: true });
    return this.proof.radweave(check, this.name, this.args, this.env, onStart);
  }

  /** Continues; what is given again replaces what was asked for. */
  resume(check, changes = []) {
    return this.proof.radweave(
      check,
      `${this.name}.resumed`,
      [...this.args, '--resume', ...changes],
      this.env,
    );
  }

  /** Whether an epoch is finished and its checkpoint written: a kill then falls into the next one. */
  hasEpoch() {
    if (!existsSync(this.history) || !existsSync(this.last)) return false;
    return this.epochs().length >= 1 && statSync(this.last).mtimeMs > statSync(this.history).mtimeMs;
  }

  /** Rows of the history. */
  epochs() {
    const [head = '', ...rows] = readFileSync(this.history, 'utf8')
      .replace(/^\uFEFF/, '')
      .trim()
      .split(/\r?\n/);
    const names = head.split(',');
    return rows.map((row) => Object.fromEntries(row.split(',').map((value, i) => [names[i], Number(value)])));
  }

  /** Difference of the first epoch's training loss, the mean over its steps, as a part of it. */
  firstLossDifference(other) {
    const [mine] = this.epochs();
    const [theirs] = other.epochs();
    return Math.abs(mine.train_loss - theirs.train_loss) / theirs.train_loss;
  }

  /** Largest difference of the two losses between two trainings' epochs, as a part of the loss. */
  lossDifference(other) {
    const theirs = other.epochs();
    const mine = this.epochs();
    if (mine.length !== theirs.length) return Number.POSITIVE_INFINITY;
    const differences = mine.flatMap((row, i) =>
      ['train_loss', 'val_loss'].map((key) => Math.abs(row[key] - theirs[i][key]) / theirs[i][key]),
    );
    return Math.max(...differences);
  }
}
