import { addScaled, dot, type Matrix, rowOf, zeros } from '../core/matrix.ts';
import { Random } from '../core/random.ts';
import { type Eigen, symmetricEigen } from './eigen.ts';

/** Directions that are added at once: a pass through the rows then costs as much memory traffic as one product. */
const BLOCK = 8;

/** A direction of which orthogonalisation leaves less than this share lies in the space already. */
const NOTHING_NEW = 1e-10;

/**
 * The largest eigenvalues of `matrixᵀ · matrix` and their eigenvectors, by block Krylov iteration with full
 * orthogonalisation and Rayleigh–Ritz (Golub & Underwood 1977; Musco & Musco 2015), from a fixed start: the same every time. Each
 * block costs two passes through the matrix; the product itself, columns × columns, is never formed.
 *
 * @param matrix rows × columns.
 * @param count how many; at most the number of columns.
 * @param tolerance largest residual ‖Av − λv‖ of each pair, as a share of the largest eigenvalue. An eigenvalue is then
 *   right to about the square of it.
 */
export function leadingEigen(matrix: Matrix, count: number, tolerance: number): Eigen {
  const random = new Random(0, 'leading-eigen');
  const space: Float64Array[] = [];
  const images: Float64Array[] = [];
  let block: Float64Array[] = Array.from({ length: BLOCK }, () =>
    Float64Array.from({ length: matrix.columns }, () => random.normal()),
  );
  for (let next = 2 * Math.max(count, BLOCK); ; ) {
    const added = orthogonalised(block, space);
    space.push(...added);
    block = products(matrix, added);
    images.push(...block);
    const isWhole = added.length === 0 || space.length >= matrix.columns;
    if (space.length < next && !isWhole) continue;
    next = Math.ceil(1.3 * space.length);
    const { pairs, residual } = rayleighRitz(space, images, count);
    if (isWhole || residual <= tolerance * (pairs.values[0] ?? 0)) return pairs;
  }
}

/** What is new in the block, as unit vectors orthogonal to the space and to each other. */
function orthogonalised(block: readonly Float64Array[], space: readonly Float64Array[]): Float64Array[] {
  const added: Float64Array[] = [];
  for (const one of block) {
    const vector = one.slice();
    const before = normOf(vector);
    // Twice is enough (Kahan and Parlett): once leaves rounding that grows from block to block.
    for (let pass = 0; pass < 2; pass++) {
      for (const unit of [...space, ...added]) {
        addScaled(vector, -dot(unit, 0, vector, 0, vector.length), unit);
      }
    }
    const after = normOf(vector);
    if (after <= NOTHING_NEW * before || space.length + added.length >= vector.length) continue;
    for (let j = 0; j < vector.length; j++) vector[j] = (vector[j] as number) / after;
    added.push(vector);
  }
  return added;
}

/** `matrixᵀ · (matrix · v)` of each vector, in one pass through the rows, four rows and two vectors at a time. */
function products(matrix: Matrix, vectors: readonly Float64Array[]): Float64Array[] {
  const { rows, columns, data } = matrix;
  const row = (i: number): Float64Array =>
    i < rows ? data.subarray(i * columns, (i + 1) * columns) : new Float64Array(columns);
  const made = vectors.map(() => new Float64Array(columns));
  const unpaired = new Float64Array(columns);
  for (let i = 0; i < rows; i += 4) {
    const four = [row(i), row(i + 1), row(i + 2), row(i + 3)] as const;
    for (let k = 0; k < vectors.length; k += 2) {
      const first = vectors[k] as Float64Array;
      addProducts(four, [first, vectors[k + 1] ?? first], [made[k] as Float64Array, made[k + 1] ?? unpaired]);
    }
  }
  return made;
}

type Four = readonly [Float64Array, Float64Array, Float64Array, Float64Array];
type Two = readonly [Float64Array, Float64Array];

/** Adds the four rows' part of the products: sixteen multiplications for each time that memory is read. */
function addProducts([a, b, c, d]: Four, [v, w]: Two, [x, y]: Two): void {
  let av = 0;
  let bv = 0;
  let cv = 0;
  let dv = 0;
  let aw = 0;
  let bw = 0;
  let cw = 0;
  let dw = 0;
  for (let j = 0; j < v.length; j++) {
    const vj = v[j] as number;
    const wj = w[j] as number;
    av += (a[j] as number) * vj;
    bv += (b[j] as number) * vj;
    cv += (c[j] as number) * vj;
    dv += (d[j] as number) * vj;
    aw += (a[j] as number) * wj;
    bw += (b[j] as number) * wj;
    cw += (c[j] as number) * wj;
    dw += (d[j] as number) * wj;
  }
  for (let j = 0; j < v.length; j++) {
    const aj = a[j] as number;
    const bj = b[j] as number;
    const cj = c[j] as number;
    const dj = d[j] as number;
    x[j] = (x[j] as number) + av * aj + bv * bj + cv * cj + dv * dj;
    y[j] = (y[j] as number) + aw * aj + bw * bj + cw * cj + dw * dj;
  }
}

/** The best pairs within the space, and the largest residual of any; zeros where the space has fewer dimensions. */
function rayleighRitz(
  space: readonly Float64Array[],
  images: readonly Float64Array[],
  count: number,
): { pairs: Eigen; residual: number } {
  const size = space.length;
  const columns = space[0]?.length ?? 0;
  const projected = zeros(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const product = dot(space[i] as Float64Array, 0, images[j] as Float64Array, 0, columns);
      projected.data[i * size + j] = product;
      projected.data[j * size + i] = product;
    }
  }
  const { values, vectors } = symmetricEigen(projected);
  const pairs = { values: new Float64Array(count), vectors: zeros(count, columns) };
  pairs.values.set(values.subarray(0, count));
  let residual = 0;
  for (let k = 0; k < Math.min(count, size); k++) {
    const weights = rowOf(vectors, k);
    const vector = rowOf(pairs.vectors, k);
    const rest = new Float64Array(columns);
    for (let i = 0; i < size; i++) {
      addScaled(vector, weights[i] as number, space[i] as Float64Array);
      addScaled(rest, weights[i] as number, images[i] as Float64Array);
    }
    addScaled(rest, -(pairs.values[k] as number), vector);
    residual = Math.max(residual, normOf(rest));
  }
  return { pairs, residual };
}

function normOf(vector: Float64Array): number {
  return Math.sqrt(dot(vector, 0, vector, 0, vector.length));
}
