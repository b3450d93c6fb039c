import type { Aggregation } from '@radweave/stats';

/** How tables, records and sentences name an aggregation: `mean`, `top_k (3)`. */
export function aggregationName(aggregation: Aggregation): string {
  return aggregation.method === 'top_k' ? `top_k (${aggregation.k})` : aggregation.method;
}
