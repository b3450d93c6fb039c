// Every reader that is given bytes of others, and what is fuzzed with which files.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '../../../packages/artifacts/dist/features/npy-read.js';
import { readMapping } from '../../../packages/artifacts/dist/importing/mapping.js';
import {
  count,
  parseConfig,
  readAuditRecord,
  readEvaluation,
  readFeatureSet,
  readFusionModel,
  readHarmonizeRecord,
  readLogitsRecord,
  readManifest,
  readRunRecord,
  readSearch,
  readSplitSummary,
  readTable,
  readTrialResult,
  required,
} from '../../../packages/artifacts/dist/index.js';
import { readSheet } from '../../../packages/artifacts/dist/xlsx/sheet.js';
import { decodeSlice, openStore, pngSamples } from '../../../packages/imaging/dist/index.js';
import { parseFile } from '../../../packages/importing/dist/dicom/open.js';
import { lesionOf } from '../../../packages/importing/dist/masks/lesion.js';
import { readMaskFile } from '../../../packages/importing/dist/masks/mask-file.js';
import { openNifti } from '../../../packages/importing/dist/nifti/open.js';
import { openPages } from '../../../packages/importing/dist/pictures/open.js';
import { pixelFormat } from '../../../packages/importing/dist/pixels/format.js';
import { decodeFrame } from '../../../packages/importing/dist/pixels/frames.js';
import { readImage } from '../../../packages/importing/dist/series/image.js';
import { stacksOf } from '../../../packages/importing/dist/series/stack.js';
import { fetchMetadata } from '../../../packages/models/dist/weights/hub/metadata.js';
import { stateDictOf } from '../../../packages/models/dist/weights/state-dict.js';
import { readPage, refusal } from '../../../packages/remote/dist/objects/answer.js';
import { fileNames } from '../../../packages/remote/dist/objects/file-names.js';
import { readCheckpoint } from '../../../packages/torch/dist/serialization/checkpoint.js';
import { StorageTable } from '../../../packages/torch/dist/serialization/storage-table.js';
import * as parts from './parts.mjs';

/** Folders of valid files, and of such as a reader once did not stand. */
export const CORPUS = join(import.meta.dirname, 'corpus');

/** Frames that are decoded of a file: each goes the same way. */
const FRAMES = 3;
/** Damaged frames, most of HTJ2K, keep a decoder for ever: the product waits for half a minute. */
const DECODER_MS = 100;

function dicom(bytes) {
  const file = parseFile(bytes);
  const format = pixelFormat(file.dataset);
  for (let i = 0; i < Math.min(format.frames, FRAMES); i++) decodeFrame(file, format, i, DECODER_MS);
}

let stack;

/** Of a mask, its lesion on the image of the corpus. */
function mask(bytes, put) {
  stack ??= stacksOf([readImage(join(CORPUS, 'masks', 'image.dcm'), 'key')])[0];
  const found = readMaskFile(put(bytes), 'key');
  if (found !== null)
    lesionOf(stack, found.sourceFor('axial'), { slices: { kind: 'all' }, margin: 1, name: null });
}

function pickle(bytes) {
  const table = new StorageTable('a.pth', bytes.length);
  table.scan(bytes);
  for (const storage of table.storages.values())
    storage.bytes = new Uint8Array(Math.min(storage.byteLength, 1 << 20));
  table.build(bytes);
}

function store(path) {
  const opened = openStore(path);
  try {
    opened.verify();
  } finally {
    opened.close();
  }
}

const RECORDS = new Map(
  Object.entries({
    readAuditRecord,
    readEvaluation,
    readFeatureSet,
    readFusionModel,
    readHarmonizeRecord,
    readLogitsRecord,
    readManifest,
    readRunRecord,
    readSearch,
    readSplitSummary,
    readTrialResult,
  }),
);

/** The first line names the reader. */
function record(bytes, put) {
  const end = bytes.indexOf(10);
  RECORDS.get(bytes.toString('latin1', 0, end))?.(put(bytes.subarray(end + 1)));
}

async function answer(bytes) {
  const [status, ...lines] = bytes.toString('latin1').split('\n');
  const headers = new Map(
    lines.map((line) => [line.split(':')[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const url = new URL('https://hub.example/x');
  const client = {
    ask: async () => ({ url, status: Number(status), headers, body: { destroy: () => undefined } }),
  };
  await fetchMetadata(client, url, {});
}

/** What a store says of objects, or of why it does not. */
function objects(bytes) {
  const text = bytes.toString();
  const page = readPage(text);
  if (page === undefined) throw refusal(404, text, 's3://bucket/prefix');
  fileNames(page.objects, 'prefix', 'bucket');
}

const COLUMNS = { patient_id: required, feature_path: required, label: count, num_slices: count };

/**
 * By name: the folder of files to begin with, what is done with bytes, and, where it pays, how its parts are changed. `put` writes the bytes
 * for readers of files and gives the path.
 */
export const TARGETS = {
  png: { corpus: 'png', run: (bytes) => decodeSlice(bytes, 'a.png'), parts: parts.pngChunks },
  'png in colour': { corpus: 'png', run: (bytes) => pngSamples(bytes).read(), parts: parts.pngChunks },
  pictures: {
    corpus: 'pictures',
    run: (bytes) => openPages(bytes).forEach(({ decode }) => void decode()),
  },
  dicom: { corpus: 'dicom', run: dicom, parts: parts.dicomElement },
  'dicom headers': {
    corpus: 'dicom',
    run: (bytes, put) => readImage(put(bytes), 'key'),
    parts: parts.dicomElement,
  },
  masks: { corpus: 'masks', run: mask, parts: parts.dicomElement },
  nifti: { corpus: 'nifti', run: (bytes, put) => openNifti(put(bytes)) },
  npy: { corpus: 'npy', run: (bytes) => decodeNpy(bytes, 'a.npy') },
  pickle: { corpus: 'pickle', run: pickle, parts: parts.opcodes },
  checkpoint: {
    corpus: 'checkpoint',
    run: async (bytes, put) => stateDictOf((await readCheckpoint(put(bytes))).value, 'a.pth'),
    parts: parts.zipEntry,
  },
  xlsx: { corpus: 'xlsx', run: (bytes) => readSheet(bytes, 'a.xlsx'), parts: parts.zipEntry },
  csv: { corpus: 'csv', run: (bytes, put) => readTable(put(bytes), COLUMNS), parts: parts.words },
  yaml: { corpus: 'yaml', run: (bytes) => parseConfig(bytes.toString(), 'a.yaml'), parts: parts.words },
  mapping: { corpus: 'mapping', run: (bytes, put) => readMapping(put(bytes)), parts: parts.words },
  json: { corpus: 'json', run: record, parts: parts.words },
  slices: { corpus: 'slices', run: (bytes, put) => store(put(bytes)), parts: parts.storeHeader },
  hub: { corpus: 'hub', run: answer, parts: parts.words },
  objects: { corpus: 'objects', run: objects, parts: parts.words },
};

/** Writes bytes where readers of files find them. */
export function putInto(folder) {
  const path = join(folder, 'input');
  return (bytes) => {
    writeFileSync(path, bytes);
    return path;
  };
}
