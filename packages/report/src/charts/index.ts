/** Chart specifications shared by `visualize` and the report. Vega itself is only loaded by `@radweave/report/draw`. */
export { type BrightnessWords, brightnessChart } from './brightness.ts';
export { type ConfusionWords, confusionChart } from './confusion.ts';
export type { Encoding, Layer, Panel, Spec } from './figure.ts';
export { drawnPoints, MAP_FILLS, type MapPoint, mapFields, mapPanel, splitsOf } from './map.ts';
export { type RocLine, type RocWords, rocChart } from './roc.ts';
export { textWidth } from './text-width.ts';
export { type TrainingWords, trainingPanels } from './training.ts';
