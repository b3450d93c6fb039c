import type { TopLevelSpec } from 'vega-lite';

/** Parts of specifications, which Vega-Lite does not name in its public types. */
export type Panel = Extract<TopLevelSpec, { hconcat: unknown }>['hconcat'][number];
export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];
export type Encoding = NonNullable<Extract<Layer, { mark: unknown }>['encoding']>;
export type Axis = NonNullable<Encoding['x']>;
/** What a figure shows, as a Vega-Lite specification. */
export type Spec = TopLevelSpec;
/** A chart of layers or of one mark, that can stand alone or beside another. */
export type LayeredSpec = Extract<TopLevelSpec, { layer: unknown }>;
export type UnitSpec = Extract<TopLevelSpec, { mark: unknown }>;
