import { CheckpointError } from './errors.ts';
import type { FileReader } from './file-reader.ts';

export type CheckpointFormat = 'torch' | 'torch-legacy' | 'safetensors';

const HEAD_BYTES = 512;

/** Kinds of file that people take for checkpoints, each with what to do. First match wins. */
const IMPOSTORS: readonly { matches: (head: string) => boolean; problem: string }[] = [
  {
    matches: (head) => head.startsWith('version https://git-lfs'),
    problem:
      'is a Git LFS pointer, not the weights themselves. Run git lfs pull, or download the file itself',
  },
  {
    matches: (head) => /^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml)/i.test(head),
    problem:
      'is a web page, not weights: the download probably answered with an error or a login page. Download it again',
  },
  {
    matches: (head) => head.startsWith('ustar', 257),
    problem:
      'is in the tar format of torch before 0.1.10, which is too old. Load and save it with a newer torch',
  },
  {
    matches: looksLikeOnnx,
    problem: 'looks like an ONNX model. Export the state dict with torch.save instead',
  },
  {
    matches: (head) => head.startsWith('\x89HDF'),
    problem: 'is an HDF5 file (Keras?), not a checkpoint of torch. Name another file',
  },
  {
    matches: (head) => head.startsWith('\x93NUMPY'),
    problem: 'is a numpy array, not a checkpoint of torch. Name another file',
  },
  {
    matches: (head) => head.startsWith('GGUF'),
    problem: 'is a GGUF file, not a checkpoint of torch. Name another file',
  },
  { matches: (head) => head.startsWith('\x1f\x8b'), problem: 'is compressed with gzip. Unpack it first' },
];

/** Protobuf of ONNX's ModelProto: ir_version, then one of its other fields (producer, version, graph, opset). */
function looksLikeOnnx(head: string): boolean {
  const [first, version = 0, next = 0] = Buffer.from(head.slice(0, 3), 'latin1');
  return (
    first === 0x08 &&
    version >= 3 &&
    version <= 32 &&
    [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(next)
  );
}

/**
 * Tells the format by content; the name of the file does not count.
 *
 * @throws CheckpointError that says what the file is instead, as far as that can be told.
 */
export async function detectFormat(file: FileReader): Promise<CheckpointFormat> {
  if (file.size === 0) throw new CheckpointError(file.path, 'is empty. Copy or download it again');
  const head = await file.read(0, Math.min(HEAD_BYTES, file.size));
  const text = Buffer.from(head).toString('latin1');
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return 'torch';
  if (head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5) return 'torch-legacy';
  // The length of the header, then its opening brace.
  const headerBytes = text[8] === '{' ? head.subarray(0, 8) : undefined;
  if (headerBytes !== undefined && Buffer.from(headerBytes).readBigUInt64LE() < file.size)
    return 'safetensors';
  for (const { matches, problem } of IMPOSTORS) {
    if (matches(text)) throw new CheckpointError(file.path, problem);
  }
  throw new CheckpointError(
    file.path,
    'is neither a torch checkpoint (.pth, .pt) nor a safetensors file. Copy or download it again, or name another file',
  );
}
