import type { Case, Variant } from './case.ts';
import { elementwise } from './cases/elementwise.ts';
import { functional } from './cases/functional.ts';
import { inPlaceCases } from './cases/in-place.ts';
import { layers } from './cases/layers.ts';
import { random } from './cases/random.ts';
import { reduction } from './cases/reduction.ts';
import { shape } from './cases/shape.ts';
import type { Request } from './exchange.ts';

/** Every case there is. */
export const CASES: readonly Case[] = [
  ...elementwise,
  ...inPlaceCases,
  ...reduction,
  ...shape,
  ...functional,
  ...layers,
  ...random,
];

/** The ways in which a case can be run: those that would repeat another are left out. */
export function variantsOf({ inputs, options }: Case): Variant[] {
  const variants: Variant[] = ['float32'];
  const ranks = inputs.map((input) => input.shape.length);
  if (ranks.some((rank) => rank > 1)) variants.push('strided');
  if (ranks.includes(4)) variants.push('channelsLast');
  if (inputs.some((input) => input.dtype === 'float32')) variants.push('bfloat16', 'autocast');
  return variants.filter((variant) => !options.skips?.includes(variant));
}

/** Every case in each of its variants. */
export const REQUESTS: readonly Request[] = CASES.flatMap((c) =>
  variantsOf(c).map((variant): Request => [c, variant]),
);
