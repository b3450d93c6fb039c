import { join } from 'node:path';
import { type Config, explanationsFile, explanationsFolder, readExplanations } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type Remark, remark, several } from '@radweave/remarks';
import type { Gallery, Optional } from '@radweave/report';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { openEmbedder } from './pictures.ts';
import type { UsedFiles } from './used-files.ts';

/**
 * What `explain` left of each modality.
 *
 * @param checkpoints Of the networks behind the results: what explains another network is left out, and that is said.
 */
export async function readGalleries(
  config: Config,
  modalities: readonly string[],
  checkpoints: ReadonlySet<string>,
  files: UsedFiles,
  context: StageContext,
): Promise<Optional<Gallery[]>> {
  const embed = await openEmbedder();
  const galleries: Gallery[] = [];
  const reasons: Remark[] = [];
  for (const modality of modalities) {
    const folder = explanationsFolder(config.experiment.output_dir, modality);
    const record = explanationsFile(folder);
    if (!existsSync(record)) {
      say(
        context,
        `Not in the report: explanations of ${modality}; run radweave explain --modality ${modality}.`,
      );
      continue;
    }
    const explanations = readExplanations(folder);
    if (!checkpoints.has(explanations.checkpoint_sha256)) {
      const reason = remark('other-network', { file: record });
      reasons.push(reason);
      warn(context, `Not in the report: ${reason.text}.`);
      continue;
    }
    files.add(record);
    const images: Record<string, string> = {};
    for (const { file } of explanations.patients) {
      const path = join(folder, file);
      if (!existsSync(path)) continue;
      files.add(path);
      images[file] = await embed(path);
    }
    galleries.push({ explanations, images });
  }
  if (galleries.length > 0) return { value: galleries };
  const command = modalities.map((modality) => `radweave explain --modality ${modality}`).join('; ');
  return { missing: { command, reason: several(reasons) } };
}
