import { defaultConfig } from '@radweave/artifacts';
import { listening } from '@radweave/study/testing/cohort';
import { expect, test } from 'vitest';
import { chooseCompute, computeSettings } from '../compute/compute.ts';
import { buildNetwork } from './network-source.ts';
import { configuredNetwork } from './network-spec.ts';
import { extractionWork } from './workload.ts';

test('model.zero_init_last: what the blocks start with is said, also of frozen stages, and refused for networks that have no such norm', async () => {
  const config = defaultConfig();
  config.data.image_size = 32;
  Object.assign(config.training, { precision: 'fp32', device: 'cpu' });
  Object.assign(config.model, { pretrained: false, zero_init_last: false });
  const work = extractionWork(configuredNetwork(config), 2);
  const compute = chooseCompute(computeSettings(config), work, listening());
  const network = await buildNetwork(configuredNetwork(config), compute, listening());
  expect(network.origin).toBe(
    "trained from scratch, the last batch norm of each block starting at 1 instead of timm's 0",
  );
  expect(network.model.stateDict().get('layer1.0.bn2.weight')?.toFloat32Array()[0]).toBe(1);
  config.model.freeze_stages = 2;
  const context = listening();
  await buildNetwork(configuredNetwork(config), compute, context);
  expect(context.said.join('\n')).toMatch(
    /^warning: the first 2 stages of resnet\d+ are frozen at random weights, which nothing trains: .*set model\.freeze_stages to 0\.$/m,
  );
  config.model.name = 'mobilenetv3_small_100';
  await expect(buildNetwork(configuredNetwork(config), compute, listening())).rejects.toThrow(
    /mobilenetv3_small_100 has no last batch norm .*model\.zero_init_last.*ResNet family/s,
  );
});
