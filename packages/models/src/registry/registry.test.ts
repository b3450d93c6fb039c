import { expect, test } from 'vitest';
import { createModel } from './create.ts';
import { listModels, modelInfo, registerModel } from './registry.ts';

test('listModels filters by pattern and sorts', () => {
  expect(listModels('resnet1*')).toEqual(['resnet101', 'resnet152', 'resnet18']);
  expect(listModels('resnet?0')).toEqual(['resnet50']);
  expect(listModels('SWIN_*')).toHaveLength(3);
  expect(listModels('swin_t')).toEqual([]);
  expect(listModels('resnet.8')).toEqual([]);
});

test('an alias and a tag lead to the architecture and the weights', () => {
  expect(modelInfo('swin_t').name).toBe('swin_tiny_patch4_window7_224');
  expect(modelInfo('resnet18').pretrained?.repo).toBe('timm/resnet18.a1_in1k');
  expect(modelInfo('resnet18.tv_in1k').pretrained?.license).toBe('bsd-3-clause');
  expect(modelInfo('swin_b').pretrained?.repo).toBe('timm/swin_base_patch4_window7_224.ms_in22k_ft_in1k');
});

test('an unknown name is answered with the nearest one, an unknown tag with all tags', () => {
  expect(() => modelInfo('restnet50')).toThrow("did you mean 'resnet50'");
  expect(() => createModel('swin-t')).toThrow("did you mean 'swin_t'");
  expect(() => modelInfo('resnet18.imagenet')).toThrow(
    "resnet18 has no weights 'imagenet'; it has: a1_in1k, tv_in1k",
  );
});

test('a name cannot be registered twice, nor one that commands could not take', () => {
  const entry = modelInfo('resnet18');
  expect(() => registerModel('resnet18', entry)).toThrow("'resnet18' is registered already");
  expect(() => registerModel('my_net', { ...entry, aliases: ['swin_t'] })).toThrow(
    "'swin_t' is registered already",
  );
  expect(() => registerModel('My Net', entry)).toThrow("model name 'My Net'");
  expect(listModels('my*')).toEqual([]);
});

test('a model of one’s own is one call away', () => {
  const { build, ...resnet } = modelInfo('resnet18');
  registerModel('my_resnet', { ...resnet, build, weights: [], defaults: { numClasses: 3 } });
  expect(createModel('my_resnet').numClasses).toBe(3);
  expect(modelInfo('my_resnet').pretrained).toBeUndefined();
});

test('options out of range are refused', () => {
  expect(() => createModel('resnet18', { numClasses: -1 })).toThrow(
    'numClasses must be a whole number from 0',
  );
  expect(() => createModel('resnet18', { inChans: 0 })).toThrow('inChans must be a whole number from 1');
  expect(() => createModel('resnet18', { dropRate: 1 })).toThrow('dropRate must be from 0 to below 1');
  expect(() => createModel('swin_t', { imageSize: 225 })).toThrow('multiples of 4, not 225×225');
});
