import type { Matrix } from '../core/matrix.ts';

const ITERATIONS = 1000;
const EXAGGERATED_ITERATIONS = 250;
const EXAGGERATION = 12;

/** Writes the gradient at the points, with the features' similarities times `exaggeration`. */
export type FillGradient = (points: Matrix, exaggeration: number, gradient: Float64Array) => void;

/**
 * Gradient descent of t-SNE, gains and schedule as in scikit-learn: 250 iterations with early exaggeration 12 and momentum
 * 0.5, then 750 with momentum 0.8; learning rate max(n / 48, 50).
 *
 * @param start patients × 2; scaled here to a spread of 1e-4.
 * @returns patients × 2.
 */
export function descend(start: Matrix, fillGradient: FillGradient): Matrix {
  const points = scaledStart(start);
  const size = points.data.length;
  const gains = new Float64Array(size).fill(1);
  const step = new Float64Array(size);
  const gradient = new Float64Array(size);
  const learningRate = Math.max(points.rows / EXAGGERATION / 4, 50);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const isEarly = iteration < EXAGGERATED_ITERATIONS;
    if (iteration === EXAGGERATED_ITERATIONS) {
      gains.fill(1);
      step.fill(0);
    }
    fillGradient(points, isEarly ? EXAGGERATION : 1, gradient);
    const momentum = isEarly ? 0.5 : 0.8;
    for (let i = 0; i < size; i++) {
      const slope = gradient[i] ?? 0;
      const turned = (step[i] ?? 0) * slope < 0;
      const gain = Math.max(0.01, turned ? (gains[i] ?? 1) + 0.2 : (gains[i] ?? 1) * 0.8);
      gains[i] = gain;
      step[i] = momentum * (step[i] ?? 0) - learningRate * gain * slope;
      points.data[i] = (points.data[i] ?? 0) + (step[i] ?? 0);
    }
  }
  return points;
}

function scaledStart(start: Matrix): Matrix {
  const spread = Math.sqrt(
    start.data.reduce((sum, value, i) => (i % 2 === 0 ? sum + value * value : sum), 0) / start.rows,
  );
  const scale = spread > 0 ? 1e-4 / spread : 1;
  return { ...start, data: start.data.map((value) => value * scale) };
}
