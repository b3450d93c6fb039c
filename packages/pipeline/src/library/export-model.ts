import type { ExportedModel, ExportWish } from '@radweave/network/open/export-model';
import * as take from '../declare/taken.ts';

const TAKES: take.Takes<ExportWish> = {
  file: take.text,
  model: take.text.optional(),
  imageSize: take.from(1).optional(),
  layout: take.word('timm', 'torchvision').exactOptional(),
  output: take.text,
  overwrite: take.truth.exactOptional(),
};

/** Writes trained weights for PyTorch; see `exportModel` of the network. The engine's code is loaded for it alone. */
export async function exportModel(wish: ExportWish): Promise<ExportedModel> {
  const taken = take.takenOptions('exportModel', wish, TAKES);
  return (await import('@radweave/network/open/export-model')).exportModel(taken);
}
