import { join } from 'node:path';
import { DataError, naturalCompare, systemCode } from '@radweave/artifacts';
import { isFolder, readdirSync } from '@radweave/artifacts/files';
import { sortByName } from '@radweave/imaging';

/** Images of new patients: by modality, by patient, the slices' paths in natural order. */
export type NewImages = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/**
 * Finds `{patient}/{modality}/*.png`. Hidden and foreign files are passed over, and so are masks.
 *
 * @param onOdd Told the paths of files that are called like masks and left out, or used although they may be masks.
 * @throws DataError when it holds no folder of a patient.
 */
export function findNewImages(
  folder: string,
  modalities: readonly string[],
  onOdd: (masks: readonly string[], doubtful: readonly string[]) => void = () => undefined,
): NewImages {
  const masks: string[] = [];
  const doubtful: string[] = [];
  const found = new Map(modalities.map((name) => [name, new Map<string, string[]>()]));
  for (const patient of visible(folder)) {
    for (const modality of modalities) {
      const place = join(folder, patient, modality);
      const images = isFolder(place) ? visible(place).filter((name) => /\.png$/i.test(name)) : [];
      const sorted = sortByName(images.sort(naturalCompare).map((name) => join(place, name)));
      masks.push(...sorted.masks);
      doubtful.push(...sorted.doubtful);
      if (sorted.slices.length > 0) found.get(modality)?.set(patient.normalize('NFC'), sorted.slices);
    }
  }
  onOdd(masks, doubtful);
  if (patientFolders(folder).length === 0) {
    throw new DataError('E_NO_IMAGES', `no images {patient}/{modality}/*.png of ${modalities.join(', ')}`, {
      where: folder,
      hint: 'Give a folder of patients with a folder for each modality, or a folder with features_{modality}.csv',
    });
  }
  return found;
}

/** Every folder that stands where a patient's should, in Unicode form NFC. */
export function patientFolders(folder: string): string[] {
  return visible(folder)
    .filter((name) => isFolder(join(folder, name)))
    .map((name) => name.normalize('NFC'));
}

function visible(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
