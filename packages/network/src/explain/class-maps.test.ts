import { join } from 'node:path';
import { applyWeights, createModel, modelInfo } from '@radweave/models';
import { python, referenceTest, tempDir } from '@radweave/testkit';
import { loadCheckpoint, manualSeed, noGrad, randn, Tensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import { classMaps, whyEmpty } from './class-maps.ts';

const METHODS = ['grad-cam', 'hirescam'] as const;

/** Both methods with hooks on torchvision's own networks, weights and slices from its own generator. */
const HOOKS = `
import sys, torch, torchvision
import torch.nn.functional as F
torch.manual_seed(11)
torch.set_num_threads(2)
vision = torchvision.models
labels = 6
tiny = dict(image_size=96, patch_size=16, num_layers=12, num_heads=3, hidden_dim=192, mlp_dim=768, num_classes=labels)
def tokens(t):
    side = int((t.shape[1] - 1) ** 0.5)
    return t[:, 1:].reshape(len(t), side, side, -1).permute(0, 3, 1, 2)
same = lambda t: t
last = lambda t: t.permute(0, 3, 1, 2)
# ours, layer, network, where, whether its input, layout
cases = [
    ('resnet18', 'features', vision.resnet18(num_classes=labels), 'layer4', False, same),
    ('resnet18', 'layer3', None, 'layer3', False, same),
    ('swin_t', 'features', vision.swin_t(num_classes=labels), 'norm', False, last),
    ('vit_tiny_patch16_224', 'blocks.10', vision.VisionTransformer(**tiny), 'encoder.layers.encoder_layer_11', True, tokens),
    ('vit_tiny_patch16_224', 'blocks.7', None, 'encoder.layers.encoder_layer_8', True, tokens),
    # What its pooling sees is this tensor after the ReLU that overwrites it.
    ('densenet121', 'features', vision.densenet121(num_classes=labels), 'features', False, same),
    ('efficientnet_b0', 'features', vision.efficientnet_b0(num_classes=labels), 'features', False, same),
    ('mobilenetv3_small_100', 'features', vision.mobilenet_v3_small(num_classes=labels), 'features', False, same),
    ('convnext_tiny', 'features', vision.convnext_tiny(num_classes=labels), 'features', False, same),
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
                # Squeezed, as ConvNeXt's scales are [C, 1, 1]: their 1e-6 would hide its blocks.
                if p.squeeze().ndim < 2 or not p.any():
                    p.add_(torch.randn_like(p) * 0.1)
    side = 224 if name == 'swin_t' else 96
    x = torch.randn(2, 3, side, side)
    seen = []
    part = network.get_submodule(where)
    hook = part.register_forward_pre_hook(lambda m, i: seen.append(i[0])) if is_input else part.register_forward_hook(lambda m, i, o: seen.append(o))
    logits = network(x)
    hook.remove()
    def weighted(label):
        # Of the tensor as in-place operations left it, as its values are.
        gradient, = torch.autograd.grad(logits[:, label].sum(), seen, retain_graph=True)
        a, g = layout(seen[0].detach()), layout(gradient)
        return torch.stack([(g.mean((2, 3), keepdim=True) * a).sum(1), (g * a).sum(1)])
    means, products = torch.stack([weighted(label) for label in range(labels)], 1)
    # For each slice another class, of those whose map is not cut off altogether: zeros would compare nothing.
    # Which HiResCAM has there is rounding.
    cancels = layer == 'blocks.10'
    peaks = means.amax((2, 3)) if cancels else torch.minimum(means.amax((2, 3)), products.amax((2, 3)))
    first = peaks[:, 0].argmax()
    peaks[first] = -torch.inf
    classes = torch.stack([first, peaks[:, 1].argmax()])
    def enlarged(sums):
        cam = F.relu(sums[classes, torch.arange(2)])[:, None]
        return F.interpolate(cam, x.shape[2:], mode='bilinear', align_corners=False)[:, 0]
    out[str(number)] = {
        'name': name, 'layer': layer, 'state': dict(network.state_dict()), 'x': x,
        'grad-cam': enlarged(means), 'hirescam': None if cancels else enlarged(products),
        'probabilities': logits.detach().softmax(1), 'grid': list(means.shape[2:]),
        'classes': classes.tolist(),
    }
torch.save(out, sys.argv[1])
`;

referenceTest('maps equal those of hooks in PyTorch', ['torch', 'torchvision'], async () => {
  const file = join(tempDir(), 'maps.pth');
  python(HOOKS, { args: [file] });
  const cases = await loadCheckpoint(file);
  if (!(cases instanceof Map)) throw new Error('the reference wrote no dict');
  expect(cases.size).toBe(9);
  for (const one of cases.values() as Iterable<Map<string, unknown>>) {
    const name = String(one.get('name'));
    const layer = String(one.get('layer'));
    const [x, probabilities] = [values(one.get('x')), values(one.get('probabilities'))];
    const model = createModel(name, {
      numClasses: probabilities.size(1),
      inChans: 3,
      imageSize: x.size(2),
    }).eval();
    applyWeights(model, modelInfo(name), one.get('state') as Map<string, Tensor>);
    for (const method of METHODS) {
      if (one.get(method) === null) continue;
      const ours = classMaps(model, x, { layer, method }, one.get('classes') as number[]);
      const theirs = values(one.get(method)).toFloat32Array();
      expect(ours.grid, name).toEqual(one.get('grid'));
      for (const [i, map] of ours.maps.entries()) {
        const which = `${method} of ${name} ${layer}`;
        expect(Math.max(...map), which).toBeGreaterThan(0);
        const same = theirs.subarray(i * map.length, (i + 1) * map.length);
        expect(difference(map, same), which).toBeLessThan(1e-4);
      }
      expect(difference(ours.probabilities, probabilities.toFloat32Array()), name).toBeLessThan(1e-4);
    }
    if (layer === 'features' || layer === 'blocks.10') expect(model.mapLayer).toBe(layer);
  }
});

test('a slice has the same map alone and in a batch, and leaves no gradients behind', () => {
  manualSeed(2);
  const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: 64 }).eval();
  const x = randn([3, 1, 64, 64]);
  const all = classMaps(model, x, { layer: 'layer3', method: 'grad-cam' }, [1, 1, 0]);
  const alone = noGrad(() =>
    classMaps(model, x.narrow(0, 1, 1), { layer: 'layer3', method: 'grad-cam' }, [1]),
  );
  const [, inBatch = new Float32Array(0)] = all.maps;
  expect(inBatch.some((value) => value > 0)).toBe(true);
  expect(difference(alone.maps[0] ?? new Float32Array(0), inBatch)).toBeLessThan(1e-5);
  expect(all.grid).toEqual([4, 4]);
  expect(model.parameters().every((parameter) => parameter.grad === null)).toBe(true);
});

test('both methods give the same maps where a global mean and a linear layer follow, and others before', () => {
  manualSeed(3);
  const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: 96 }).eval();
  const x = randn([2, 1, 96, 96]);
  const [last, earlier] = ['features', 'layer2'].map((layer) => {
    const [mean, own] = METHODS.map((method) => classMaps(model, x, { layer, method }, [1, 0]).maps[0]);
    if (mean === undefined || own === undefined) throw new Error('a slice has a map');
    return difference(mean, own);
  });
  expect(last).toBeLessThan(1e-5);
  expect(earlier).toBeGreaterThan(0.1);
});

test.each([
  ['resnet18', ['stem', 'layer2', 'features'], []],
  ['convnext_tiny', ['stages.3', 'features'], ['stages.0', 'stages.2']],
  ['swin_tiny_patch4_window7_224', ['layers.1', 'features'], ['layers.3']],
  ['vit_tiny_patch16_224', ['blocks.0', 'blocks.9'], ['blocks.10']],
])('%s: HiResCAM cancels out where a layer norm takes each position by itself', (name, shown, cancelled) => {
  manualSeed(4);
  const model = createModel(name, { numClasses: 2, inChans: 1, imageSize: 224 }).eval();
  const x = randn([1, 1, 224, 224]);
  const why = (layer: string) => METHODS.map((method) => whyEmpty(model, x, { layer, method }));
  for (const layer of shown) expect(why(layer), layer).toEqual([null, null]);
  for (const layer of cancelled) expect(why(layer), layer).toEqual([null, 'cancels']);
  // Its head reads the class token alone.
  for (const layer of name.startsWith('vit') ? ['blocks.11', 'features'] : [])
    expect(why(layer), layer).toEqual(['unused', 'unused']);
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
