import { join } from 'node:path';
import { applyWeights, createModel, modelInfo } from '@radweave/models';
import { python, referenceTest, tempDir } from '@radweave/testkit';
import { loadCheckpoint, manualSeed, noGrad, randn, Tensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import { gradCam } from './grad_cam.ts';

/** Grad-CAM with hooks on torchvision's own networks, weights and slices from its own generator. */
const HOOKS = `
import sys, torch, torchvision
import torch.nn.functional as F
torch.manual_seed(11)
torch.set_num_threads(2)
vision = torchvision.models
tiny = dict(image_size=96, patch_size=16, num_layers=12, num_heads=3, hidden_dim=192, mlp_dim=768, num_classes=3)
def tokens(t):
    side = int((t.shape[1] - 1) ** 0.5)
    return t[:, 1:].reshape(len(t), side, side, -1).permute(0, 3, 1, 2)
same = lambda t: t
last = lambda t: t.permute(0, 3, 1, 2)
# ours, layer, network, where, whether its input, layout
cases = [
    ('resnet18', 'features', vision.resnet18(num_classes=3), 'layer4', False, same),
    ('resnet18', 'layer3', None, 'layer3', False, same),
    ('swin_t', 'features', vision.swin_t(num_classes=3), 'norm', False, last),
    ('vit_tiny_patch16_224', 'blocks.10', vision.VisionTransformer(**tiny), 'encoder.layers.encoder_layer_11', True, tokens),
]
out = {}
network = None
for number, (name, layer, new, where, is_input, layout) in enumerate(cases):
    if new is not None:
        network = new.eval()
        for m in network.modules():
            if isinstance(m, torch.nn.BatchNorm2d):
                m.running_mean.normal_(0, 0.1)
                m.running_var.uniform_(0.5, 1.5)
        with torch.no_grad():
            for p in network.parameters():
                if p.ndim < 2 or not p.any():
                    p.add_(torch.randn_like(p) * 0.1)
    side = 224 if name == 'swin_t' else 96
    x = torch.randn(2, 3, side, side)
    classes = torch.tensor([0, 2])
    seen = []
    def keep(t):
        t.retain_grad()
        seen.append(t)
    part = network.get_submodule(where)
    hook = part.register_forward_pre_hook(lambda m, i: keep(i[0])) if is_input else part.register_forward_hook(lambda m, i, o: keep(o))
    logits = network(x)
    hook.remove()
    logits[torch.arange(2), classes].sum().backward()
    a, g = layout(seen[0].detach()), layout(seen[0].grad)
    cam = F.relu((g.mean((2, 3), keepdim=True) * a).sum(1, keepdim=True))
    large = F.interpolate(cam, x.shape[2:], mode='bilinear', align_corners=False)[:, 0]
    out[str(number)] = {
        'name': name, 'layer': layer, 'state': dict(network.state_dict()), 'x': x, 'maps': large,
        'probabilities': logits.detach().softmax(1), 'grid': list(cam.shape[2:]),
    }
torch.save(out, sys.argv[1])
`;

const CLASSES = [0, 2];

referenceTest('maps equal those of hooks in PyTorch', ['torch', 'torchvision'], async () => {
  const file = join(tempDir(), 'maps.pth');
  python(HOOKS, { args: [file] });
  const cases = await loadCheckpoint(file);
  if (!(cases instanceof Map)) throw new Error('the reference wrote no dict');
  expect(cases.size).toBe(4);
  for (const one of cases.values() as Iterable<Map<string, unknown>>) {
    const name = String(one.get('name'));
    const layer = String(one.get('layer'));
    const model = createModel(name, {
      numClasses: 3,
      inChans: 3,
      imageSize: values(one.get('x')).size(2),
    }).eval();
    applyWeights(model, modelInfo(name), one.get('state') as Map<string, Tensor>);
    const ours = gradCam(model, values(one.get('x')), layer, CLASSES);
    const theirs = values(one.get('maps')).toFloat32Array();
    expect(ours.grid, name).toEqual(one.get('grid'));
    const together = Float32Array.from(ours.maps.flatMap((map) => [...map]));
    expect(difference(together, theirs), `${name} ${layer}`).toBeLessThan(1e-4);
    const probabilities = values(one.get('probabilities')).toFloat32Array();
    expect(difference(ours.probabilities, probabilities), name).toBeLessThan(1e-4);
    if (layer === 'features' || name.startsWith('vit')) expect(model.mapLayer).toBe(layer);
  }
});

test('a slice has the same map alone and in a batch, and leaves no gradients behind', () => {
  manualSeed(2);
  const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: 64 }).eval();
  const x = randn([3, 1, 64, 64]);
  const all = gradCam(model, x, 'layer3', [1, 1, 0]);
  const alone = noGrad(() => gradCam(model, x.narrow(0, 1, 1), 'layer3', [1]));
  const [, inBatch = new Float32Array(0)] = all.maps;
  expect(inBatch.some((value) => value > 0)).toBe(true);
  expect(difference(alone.maps[0] ?? new Float32Array(0), inBatch)).toBeLessThan(1e-5);
  expect(all.grid).toEqual([4, 4]);
  expect(model.parameters().every((parameter) => parameter.grad === null)).toBe(true);
});

function values(tensor: unknown): Tensor {
  if (!(tensor instanceof Tensor)) throw new Error('expected a tensor');
  return tensor;
}

/** Largest difference as a share of the largest value. */
function difference(ours: Float32Array, theirs: Float32Array): number {
  expect(ours).toHaveLength(theirs.length);
  const worst = ours.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? Number.NaN))),
    0,
  );
  return worst / theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
