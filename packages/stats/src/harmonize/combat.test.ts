import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { type Matrix, matrixFrom } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { worstDifference } from '../core/samples.test.data.ts';
import type { Frozen } from '../frozen/frozen.ts';
import type { FitRow } from '../frozen/rows.ts';
import { adaptSite, freezeCombatReference, harmonise } from './combat.ts';

const home = (i: number): FitRow => ({ patient: `P${i}`, hospital: 'JM', split: 'train', role: 'home' });

function sample(seed: number, n: number, columns: number, shift: number, stretch: number): number[][] {
  const random = new Random(seed, 'combat');
  const tilt = Array.from({ length: columns }, () => random.normal());
  return Array.from({ length: n }, () =>
    tilt.map((own) => 3 * own + stretch * Math.exp(own / 4) * random.normal() + shift * (1 + own / 2)),
  );
}

function reference(features: Matrix): Frozen<'combat_reference'> {
  const { value } = freezeCombatReference(
    Array.from({ length: features.rows }, (_, i) => home(i)),
    features,
  );
  if (value === null) throw new Error('no reference');
  return value;
}

const CASES = [
  { train: sample(1, 60, 40, 0, 1), site: sample(2, 12, 40, 2, 1.7) },
  { train: sample(3, 25, 6, 0, 1), site: sample(4, 80, 6, -1, 0.4) },
];

// Johnson et al. 2007 with the reference batch of Zhang et al. 2018, iterated to rest.
const NUMPY = `
import json, sys
import numpy as np
out = []
for case in json.load(sys.stdin):
    r, x = np.array(case['train']), np.array(case['site'])
    mu, sd = r.mean(0), r.std(0)
    z = (x - mu) / sd
    n, gh, dh = len(x), z.mean(0), z.var(0, ddof=1)
    gbar, t2, m, s2 = gh.mean(), gh.var(ddof=1), dh.mean(), dh.var(ddof=1)
    a, b = (2 * s2 + m * m) / s2, (m * s2 + m ** 3) / s2
    g, d = gh, dh
    for _ in range(500):
        g = (t2 * n * gh + d * gbar) / (t2 * n + d)
        d = (0.5 * ((z - g) ** 2).sum(0) + b) / (n / 2 + a - 1)
    out.append(dict(g=g.tolist(), d=d.tolist(), x=((z - g) / np.sqrt(d) * sd + mu).ravel().tolist()))
print(json.dumps(out))
`;

referenceTest('a site is brought to the reference as by the published formula', ['numpy'], () => {
  const expected = pythonJson<{ g: number[]; d: number[]; x: number[] }[]>(NUMPY, {
    input: JSON.stringify(CASES),
  });
  for (const [i, { train, site }] of CASES.entries()) {
    const base = reference(matrixFrom(train));
    const features = matrixFrom(site);
    const adapted = adaptSite(base, features).value;
    if (adapted === null) throw new Error('not adapted');
    expect(adapted).toMatchObject({ transductive: true, n: site.length, unadjusted: [] });
    expect(worstDifference(adapted.location, expected[i]?.g ?? [])).toBeLessThan(1e-9);
    expect(worstDifference(adapted.scale, expected[i]?.d ?? [])).toBeLessThan(1e-9);
    expect(worstDifference(harmonise(base, adapted, features).data, expected[i]?.x ?? [])).toBeLessThan(1e-8);
  }
});

test('a site with fewer than 10 patients, or a single feature, is refused with the reason', () => {
  const base = reference(matrixFrom(sample(1, 30, 4, 0, 1)));
  expect(adaptSite(base, matrixFrom(sample(2, 9, 4, 1, 1)))).toMatchObject({
    value: null,
    reason: { text: expect.stringContaining('9 patients') },
  });
  const one = reference(matrixFrom(sample(1, 30, 1, 0, 1)));
  expect(adaptSite(one, matrixFrom(sample(2, 20, 1, 1, 1))).value).toBeNull();
});

test('features that do not vary pass through unchanged and are listed', () => {
  const train = sample(1, 30, 5, 0, 1);
  const site = sample(2, 20, 5, 1, 2);
  for (const row of train) row[1] = 7;
  for (const row of site) row[3] = 4;
  const base = reference(matrixFrom(train));
  const adapted = adaptSite(base, matrixFrom(site)).value;
  if (adapted === null) throw new Error('not adapted');
  expect(adapted.unadjusted).toEqual([1, 3]);
  const done = harmonise(base, adapted, matrixFrom(site));
  expect(done.data[1]).toBe(site[0]?.[1]);
  expect(done.data[3]).toBe(4);
});

test('the reference takes home train only, and a site belongs to its reference', () => {
  const features = matrixFrom(sample(1, 12, 3, 0, 1));
  const rows = Array.from({ length: 12 }, (_, i) => home(i));
  expect(() => freezeCombatReference([...rows.slice(1), { ...home(99), split: 'val' }], features)).toThrow(
    'P99 is in split val',
  );
  expect(() =>
    freezeCombatReference([...rows.slice(1), { ...home(99), role: 'external' }], features),
  ).toThrow('P99 (JM, train)');
  const other = reference(matrixFrom(sample(8, 12, 3, 0, 1)));
  const adapted = adaptSite(other, features).value;
  if (adapted === null) throw new Error('not adapted');
  expect(() => harmonise(reference(features), adapted, features)).toThrow('another ComBat reference');
});
