import { checkFinite, type Numbers } from './checks.ts';
import { StatsInputError } from './errors.ts';

/** A dense row-major table: one row per patient, one column per feature or class. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `rows × columns` values, row after row. */
  readonly data: Float64Array;
}

export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/**
 * Copies rows of equal length into a matrix.
 *
 * @param columns needed only for a table without rows.
 * @throws StatsInputError when a row has another length or a value is not finite.
 */
export function matrixFrom(rows: ArrayLike<Numbers>, columns: number = rows[0]?.length ?? 0): Matrix {
  const matrix = zeros(rows.length, columns);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as Numbers;
    if (row.length !== columns) {
      throw new StatsInputError(`row ${i} has ${row.length} values, the rows before it have ${columns}`);
    }
    matrix.data.set(row, i * columns);
  }
  checkMatrix('matrix', matrix);
  return matrix;
}

/** Throws unless the data fill the stated shape with finite numbers. */
export function checkMatrix(name: string, matrix: Matrix): void {
  if (matrix.data.length !== matrix.rows * matrix.columns) {
    throw new StatsInputError(
      `${name} is said to be ${matrix.rows} × ${matrix.columns} but holds ${matrix.data.length} values`,
    );
  }
  checkFinite(`${name}.data`, matrix.data);
}

/** A view of one row. */
export function rowOf(matrix: Matrix, row: number): Float64Array {
  return matrix.data.subarray(row * matrix.columns, (row + 1) * matrix.columns);
}

/** A copy of one column. */
export function columnOf(matrix: Matrix, column: number): Float64Array {
  return Float64Array.from(
    { length: matrix.rows },
    (_, i) => matrix.data[i * matrix.columns + column] as number,
  );
}

/** A copy of the named rows, in the given order. */
export function takeRows(matrix: Matrix, rows: Numbers): Matrix {
  const taken = zeros(rows.length, matrix.columns);
  for (let i = 0; i < rows.length; i++) {
    taken.data.set(rowOf(matrix, rows[i] as number), i * matrix.columns);
  }
  return taken;
}

/** Tables of the same rows next to each other, in the given order; without tables, `rows` rows of no columns. */
export function sideBySide(
  rows: number,
  tables: readonly { readonly columns: number; readonly data: Float32Array | Float64Array }[],
): Matrix {
  const whole = zeros(
    rows,
    tables.reduce((sum, { columns }) => sum + columns, 0),
  );
  let left = 0;
  for (const { columns, data } of tables) {
    for (let row = 0; row < rows; row++) {
      whole.data.set(data.subarray(row * columns, (row + 1) * columns), row * whole.columns + left);
    }
    left += columns;
  }
  return whole;
}

/** The inner product of `length` values of two arrays, from `a[aStart]` and `b[bStart]` on. */
export function dot(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  length: number,
): number {
  let even = 0;
  let odd = 0;
  const paired = length - (length % 2);
  for (let j = 0; j < paired; j += 2) {
    even += (a[aStart + j] as number) * (b[bStart + j] as number);
    odd += (a[aStart + j + 1] as number) * (b[bStart + j + 1] as number);
  }
  if (paired < length) even += (a[aStart + paired] as number) * (b[bStart + paired] as number);
  return even + odd;
}

/** Adds a multiple of one array to another. */
export function addScaled(target: Float64Array, scale: number, source: Float64Array): void {
  for (let j = 0; j < target.length; j++) target[j] = (target[j] as number) + scale * (source[j] as number);
}

/** `matrix · matrixᵀ`: the inner products of all pairs of rows (rows × rows). */
export function gram(matrix: Matrix): Matrix {
  const { rows, columns, data } = matrix;
  const products = zeros(rows, rows);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k <= i; k++) {
      const product = dot(data, i * columns, data, k * columns, columns);
      products.data[i * rows + k] = product;
      products.data[k * rows + i] = product;
    }
  }
  return products;
}

export function transpose(matrix: Matrix): Matrix {
  const flipped = zeros(matrix.columns, matrix.rows);
  for (let i = 0; i < matrix.rows; i++) {
    for (let j = 0; j < matrix.columns; j++) {
      flipped.data[j * matrix.rows + i] = matrix.data[i * matrix.columns + j] as number;
    }
  }
  return flipped;
}
