import { UsageError } from '@radweave/artifacts';
import { modelInfo, RegistryError } from '@radweave/models';

/** The registry's name of a model: `swin_t` and `resnet18.tv_in1k` are other names of architectures. */
export function architectureOf(model: string): string {
  try {
    return modelInfo(model).name;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new UsageError('E_MODEL', error.message, { where: '--model', cause: error });
  }
}

/** Whether a model is the one asked for; undefined asks for any. */
export function isModel(model: string, wanted: string | undefined): boolean {
  return wanted === undefined || architectureOf(model) === architectureOf(wanted);
}
