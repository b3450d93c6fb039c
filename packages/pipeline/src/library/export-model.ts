import type { ExportedModel, ExportWish } from '@radweave/network/open/export-model';

/** Writes trained weights for PyTorch; see `exportModel` of the network. The engine's code is loaded for it alone. */
export async function exportModel(wish: ExportWish): Promise<ExportedModel> {
  return (await import('@radweave/network/open/export-model')).exportModel(wish);
}
