import { type Matrix, zeros } from '../core/matrix.ts';

/** Eigenvalues, largest first, and their unit eigenvectors as the rows of `vectors`. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

const MAX_SWEEPS = 60;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder reduction to tridiagonal form, then implicit QL
 * (EISPACK's tred2 and tql2; Martin, Reinsch & Wilkinson 1968, Bowdler et al. 1968).
 */
export function symmetricEigen(matrix: Matrix): Eigen {
  const n = matrix.rows;
  const basis = Array.from({ length: n }, (_, i) => matrix.data.slice(i * n, (i + 1) * n));
  const { diagonal, offDiagonal } = tridiagonalise(basis);
  diagonalise(diagonal, offDiagonal, basis);
  const order = [...diagonal.keys()].sort((a, b) => at(diagonal, b) - at(diagonal, a) || a - b);
  const vectors = zeros(n, n);
  for (const [k, column] of order.entries()) {
    for (let i = 0; i < n; i++) vectors.data[k * n + i] = cell(basis, i, column);
  }
  return { values: Float64Array.from(order, (k) => at(diagonal, k)), vectors };
}

type Rows = readonly Float64Array[];

const at = (values: Float64Array, i: number): number => values[i] as number;
const cell = (rows: Rows, i: number, j: number): number => (rows[i] as Float64Array)[j] as number;
const row = (rows: Rows, i: number): Float64Array => rows[i] as Float64Array;

/** Reduces the matrix in `v` to tridiagonal form and leaves the orthogonal transformation in `v`. */
function tridiagonalise(v: Rows): { diagonal: Float64Array; offDiagonal: Float64Array } {
  const n = v.length;
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    const vi = row(v, i);
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(at(vi, k));
    if (i === 1 || scale === 0) {
      e[i] = at(vi, i - 1);
      continue;
    }
    let h = 0;
    for (let k = 0; k < i; k++) {
      vi[k] = at(vi, k) / scale;
      h += at(vi, k) ** 2;
    }
    const f = at(vi, i - 1);
    const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
    e[i] = scale * g;
    h -= f * g;
    vi[i - 1] = f - g;
    let overlap = 0;
    for (let j = 0; j < i; j++) {
      row(v, j)[i] = at(vi, j) / h;
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += cell(v, j, k) * at(vi, k);
      for (let k = j + 1; k < i; k++) sum += cell(v, k, j) * at(vi, k);
      e[j] = sum / h;
      overlap += at(e, j) * at(vi, j);
    }
    const half = overlap / (h + h);
    for (let j = 0; j < i; j++) {
      const fj = at(vi, j);
      const gj = at(e, j) - half * fj;
      e[j] = gj;
      const vj = row(v, j);
      for (let k = 0; k <= j; k++) vj[k] = at(vj, k) - (fj * at(e, k) + gj * at(vi, k));
    }
    d[i] = h;
  }
  accumulate(v, d);
  return { diagonal: d, offDiagonal: e };
}

/** Multiplies the Householder reflections together in `v`; `d` becomes the diagonal. */
function accumulate(v: Rows, d: Float64Array): void {
  for (let i = 0; i < v.length; i++) {
    const vi = row(v, i);
    if (d[i] !== 0) {
      for (let j = 0; j < i; j++) {
        let sum = 0;
        for (let k = 0; k < i; k++) sum += at(vi, k) * cell(v, k, j);
        for (let k = 0; k < i; k++) row(v, k)[j] = cell(v, k, j) - sum * cell(v, k, i);
      }
    }
    d[i] = at(vi, i);
    vi[i] = 1;
    for (let j = 0; j < i; j++) {
      row(v, j)[i] = 0;
      vi[j] = 0;
    }
  }
}

/** Implicit QL on the tridiagonal matrix; `d` becomes the eigenvalues, the columns of `v` the eigenvectors. */
function diagonalise(d: Float64Array, e: Float64Array, v: Rows): void {
  const n = d.length;
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < n - 1 && Math.abs(at(e, m)) > Number.EPSILON * (Math.abs(at(d, m)) + Math.abs(at(d, m + 1))))
        m++;
      if (m === l) break;
      if (sweep === MAX_SWEEPS) throw new Error(`eigenvalue ${l} of ${n} did not converge`);
      qlStep(d, e, v, l, m);
    }
  }
}

/** One implicitly shifted QL step on the block l … m. */
function qlStep(d: Float64Array, e: Float64Array, v: Rows, l: number, m: number): void {
  const ratio = (at(d, l + 1) - at(d, l)) / (2 * at(e, l));
  const shift = at(e, l) / (ratio + Math.sign(ratio || 1) * Math.hypot(ratio, 1));
  let g = at(d, m) - at(d, l) + shift;
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = sine * at(e, i);
    const b = cosine * at(e, i);
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = at(d, i + 1) - p;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = at(d, i + 1) - p;
    const t = (at(d, i) - g) * sine + 2 * cosine * b;
    p = sine * t;
    d[i + 1] = g + p;
    g = cosine * t - b;
    for (const vk of v) {
      const right = at(vk, i + 1);
      vk[i + 1] = sine * at(vk, i) + cosine * right;
      vk[i] = cosine * at(vk, i) - sine * right;
    }
  }
  d[l] = at(d, l) - p;
  e[l] = g;
  e[m] = 0;
}
