import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { python, pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { type DType, fromBytes, noGrad, saveCheckpoint, type Tensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import type { ImageModel } from '../image-model.ts';
import { createModel } from '../registry/create.ts';
import { hubServer } from '../testing/hub-server.ts';
import { createPretrainedModel, initialWeights } from './initial.ts';
import { readWeights } from './read.ts';

const MODULES = ['torch', 'torchvision'];
const home = () => {
  const HF_HOME = tempDir();
  return { HF_HOME, HOME: HF_HOME, HF_HUB_OFFLINE: '1' };
};

/** Writes a torchvision model with random weights in several ways, and its logits for a fixed input. */
const REFERENCE = `
import argparse, json, pathlib, sys, numpy, torch, torchvision
folder, name, classes, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.manual_seed(1)
model = getattr(torchvision.models, name)(num_classes=classes).eval()
state = model.state_dict()
torch.save(state, folder + '/zip.pth')
torch.save(state, folder + '/legacy.pth', _use_new_zipfile_serialization=False)
torch.save({'epoch': 3, 'state_dict': torch.nn.DataParallel(model).state_dict()}, folder + '/parallel.pth')
torch.save({'model_state_dict': {'backbone.' + k: v for k, v in state.items()}, 'optimizer': {}}, folder + '/wrapped.pth')
torch.save({'net': {'state_dict': {'module.model.' + k: v for k, v in state.items()}}}, folder + '/nested.pth')
torch.save({'epoch': numpy.int64(3), 'best_auc': numpy.float64(.9), 'history': numpy.arange(3.), 'model_state_dict': state,
  'args': argparse.Namespace(lr=1e-3, root=pathlib.Path('/data'))}, folder + '/training.pth')
torch.save({k: v for k, v in state.items() if 'num_batches' not in k}, folder + '/old.pth')
x = torch.linspace(-2, 2, 2 * 3 * size * size).sin().reshape(2, 3, size, size)
with torch.no_grad():
    y = model(x)
open(folder + '/x.bin', 'wb').write(x.numpy().tobytes())
open(folder + '/y.bin', 'wb').write(y.numpy().tobytes())
`;

function binary(folder: string, name: string, shape: number[], dtype: DType = 'float32'): Tensor {
  return fromBytes(readFileSync(join(folder, `${name}.bin`)), shape, dtype);
}

/** Largest difference from the reference's logits, as a part of the largest logit. */
function difference(model: ImageModel, x: Tensor, y: Tensor): number {
  return noGrad(() => model.eval().call(x).sub(y).abs().max().item() / y.abs().max().item());
}

for (const [name, size, layout] of [
  ['resnet18', 64, 'timm'],
  ['swin_t', 224, 'torchvision'],
] as const) {
  referenceTest(`${name}: torchvision’s files give torchvision’s logits`, MODULES, async () => {
    const folder = tempDir();
    python(REFERENCE, { args: [folder, name, '7', String(size)] });
    const x = binary(folder, 'x', [2, 3, size, size]);
    const y = binary(folder, 'y', [2, 7]);
    for (const file of ['zip', 'legacy', 'parallel', 'wrapped', 'nested', 'training', 'old']) {
      const path = join(folder, `${file}.pth`);
      const model = createModel(name, { numClasses: 7 });
      const { description, report } = await initialWeights(model, name, { file: path });
      expect(report).toEqual({ layout, adaptedFrom: null, head: true, headReason: '' });
      expect(difference(model, x, y), file).toBeLessThan(1e-4);
      const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
      const names = layout === 'timm' ? '' : ', torchvision names';
      const skipped =
        file === 'training'
          ? ', Python objects passed over: numpy.core.multiarray._reconstruct, argparse.Namespace'
          : '';
      expect(description).toBe(`weights of ${basename(path)} (sha256 ${hash})${names}${skipped}`);
    }
  });
}

referenceTest(
  'a safetensors file from the hub becomes a 1-channel model for two classes',
  MODULES,
  async () => {
    const folder = tempDir();
    const path = join(folder, 'model.safetensors');
    const script = readFileSync(fileURLToPath(new URL('../testing/safetensors.py', import.meta.url)), 'utf8');
    const { keys } = pythonJson<{ keys: number }>(script, { args: [path, 'resnet18', '1000'] });
    const bytes = readFileSync(path);
    const { origin } = await hubServer({ bytes, repo: 'timm/resnet18.a1_in1k', file: 'model.safetensors' });
    const env = { ...home(), HF_HUB_OFFLINE: '0', HF_ENDPOINT: `${origin}/` };
    const model = createModel('resnet18', { numClasses: 2, inChans: 1 });
    const before = model.stateDict().get('fc.weight')?.clone();
    const whole = await createPretrainedModel('resnet18', { numClasses: 1000, env });
    const { description, report } = await initialWeights(model, 'resnet18', { env });
    const hash = createHash('sha256').update(bytes).digest('hex');
    expect(description).toBe(
      `pretrained timm/resnet18.a1_in1k (sha256 ${hash}), classifier new for 2 classes ` +
        '(the weights are for 1000 classes, the model for 2), 3 → 1 channel by summing',
    );
    expect(report.head).toBe(false);
    const state = await readWeights(path);
    expect(state.size).toBe(keys);
    const own = model.stateDict();
    const equal = (a: Tensor | undefined, b: Tensor | undefined) =>
      a !== undefined && b !== undefined && a.sub(b).abs().max().item() === 0;
    expect(equal(own.get('layer4.1.conv2.weight'), state.get('layer4.1.conv2.weight'))).toBe(true);
    expect(equal(own.get('conv1.weight'), state.get('conv1.weight')?.sum(1, true))).toBe(true);
    expect(equal(own.get('fc.weight'), before)).toBe(true);
    expect(equal(whole.stateDict().get('fc.weight'), state.get('fc.weight'))).toBe(true);
  },
);

test('our own checkpoints load, head and all', async () => {
  const file = join(tempDir(), 'best.pth');
  const trained = createModel('resnet18', { numClasses: 2, inChans: 1 });
  await saveCheckpoint(file, { model_state_dict: trained.stateDict(), format: 'radweave/1', epoch: 4 });
  const model = createModel('resnet18', { numClasses: 2, inChans: 1 });
  const { report } = await initialWeights(model, 'resnet18', { file });
  expect(report.head).toBe(true);
  const theirs = trained.stateDict();
  for (const [name, value] of model.stateDict()) {
    const other = theirs.get(name);
    expect(other !== undefined && value.sub(other).abs().max().item(), name).toBe(0);
  }
});

test('weights of another architecture, and files that are none, are refused and change nothing', async () => {
  const folder = tempDir();
  const model = createModel('resnet18', { numClasses: 2 });
  const before = String(model.stateDict().get('conv1.weight')?.toTypedArray());
  const deeper = join(folder, 'resnet34.pth');
  await saveCheckpoint(deeper, createModel('resnet34', { numClasses: 2 }).stateDict());
  await expect(initialWeights(model, 'resnet18', { file: deeper })).rejects.toMatchObject({
    fault: 'mismatch',
    exitCode: 5,
    message: expect.stringContaining(`${deeper} does not hold weights of resnet18`),
  });
  const settings = join(folder, 'settings.pth');
  await saveCheckpoint(settings, { epoch: 3, config: { lr: 0.1 } });
  await expect(initialWeights(model, 'resnet18', { file: settings })).rejects.toMatchObject({
    fault: 'unreadable',
    message: expect.stringContaining('has a number under "epoch"'),
  });
  await expect(initialWeights(model, 'resnet18', { file: join(folder, 'none.pth') })).rejects.toMatchObject({
    fault: 'unreadable',
    message: expect.stringContaining('none.pth'),
  });
  expect(String(model.stateDict().get('conv1.weight')?.toTypedArray())).toBe(before);
});

test('without any weights the model is left alone and an error says what to do', async () => {
  const model = createModel('resnet18', { numClasses: 2 });
  const before = String(model.stateDict().get('conv1.weight')?.toTypedArray());
  await expect(initialWeights(model, 'resnet18', { env: home() })).rejects.toMatchObject({
    fault: 'offline',
    exitCode: 5,
  });
  expect(String(model.stateDict().get('conv1.weight')?.toTypedArray())).toBe(before);
});

referenceTest(
  'torchvision’s file in TORCH_HOME stands in for the default weights, and is named',
  MODULES,
  async () => {
    const TORCH_HOME = tempDir();
    const folder = join(TORCH_HOME, 'hub', 'checkpoints');
    mkdirSync(folder, { recursive: true });
    python(REFERENCE, { args: [folder, 'swin_t', '1000', '224'] });
    const digits = (file: string) =>
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex')
        .slice(0, 8);
    const file = join(folder, `swin_t-${digits('zip.pth')}.pth`);
    renameSync(join(folder, 'zip.pth'), file);
    const env = { ...home(), TORCH_HOME };
    const model = createModel('swin_t');
    const { description, report, input } = await initialWeights(model, 'swin_t', { env });
    expect(input?.mean).toEqual([0.485, 0.456, 0.406]);
    expect(description).toContain(
      `pretrained by torchvision, ${basename(file)} (sha256 ${digits(basename(file))}`,
    );
    expect(description).toContain(
      'in place of timm/swin_tiny_patch4_window7_224.ms_in1k which cannot be fetched',
    );
    expect(report.head).toBe(true);
    expect(
      difference(model, binary(folder, 'x', [2, 3, 224, 224]), binary(folder, 'y', [2, 1000])),
    ).toBeLessThan(1e-4);
    // Who asks for certain weights gets these or none.
    await expect(initialWeights(model, 'swin_t.ms_in1k', { env })).rejects.toMatchObject({
      fault: 'offline',
    });
    // A second training of the same architecture: which one is meant cannot be known.
    const other = join(folder, `swin_t-${digits('legacy.pth')}.pth`);
    renameSync(join(folder, 'legacy.pth'), other);
    await expect(initialWeights(model, 'swin_t', { env })).rejects.toThrow(other);
  },
);
