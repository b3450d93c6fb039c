import { expect, test } from 'vitest';
import { networkVerdict } from './verdicts.mjs';

const near = { logits: 1e-2, features: 1e-2, loss: 7e-3, grads: 0.33 };

test('in bfloat16 the loss of an ill-conditioned network may be as far off as the gradients of timm are', () => {
  const verdict = (ours: Partial<typeof near>) =>
    networkVerdict({ precision: 'bf16', ours: { ...near, ...ours }, timm: near })[0];
  expect(verdict({ loss: 0.11 })).toBe(true);
  expect(verdict({ loss: 0.4 })).toBe(false);
  expect(verdict({ grads: 1.1 })).toBe(false);
  expect(verdict({ features: 4e-2 })).toBe(false);
});

test('what is well conditioned has no such room, and float32 never has', () => {
  const timm = { logits: 1e-6, features: 1e-6, loss: 1e-6, grads: 1e-2 };
  expect(networkVerdict({ precision: 'bf16', ours: { ...timm, loss: 3e-2 }, timm })[0]).toBe(false);
  expect(networkVerdict({ precision: 'fp32', ours: { ...timm, loss: 1e-3 }, timm })[0]).toBe(false);
  expect(networkVerdict({ precision: 'fp32', ours: timm, timm })[0]).toBe(true);
});
