import { referenceTest } from '@radweave/testkit';
import { setNumThreads } from '@radweave/torch';
import { expect, test } from 'vitest';
import { listModels, modelInfo } from './registry/registry.ts';
import { expectConformance } from './testing/conform.ts';
import { passesOf, record, referencePython } from './testing/reference.ts';
import { TORCHVISION_FAMILIES } from './testing/torchvision-families.ts';

setNumThreads(2);

const python = referencePython();

for (const name of listModels()) {
  const { family, torchvision } = modelInfo(name);
  if (torchvision === undefined) continue;
  const reference = TORCHVISION_FAMILIES[family];

  test(`${name} has a reference in torchvision-families.ts`, () => expect(reference).toBeDefined());
  if (reference === undefined) continue;

  referenceTest(`${name} equals torchvision's ${torchvision.name}`, ['torch', 'torchvision'], async () => {
    const { layout, ...modules } = reference;
    const job = {
      ...modules,
      library: 'torchvision' as const,
      reference: torchvision.name,
      sized: family === 'vit',
      classes: 5,
      cases: passesOf(name),
    };
    expectConformance(name, job, await record(python, job), layout);
  });
}
