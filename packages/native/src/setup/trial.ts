import type { Handle, Native, RawArg } from '../raw.ts';

const FLOAT32 = 6;

/**
 * Adds, convolves and takes a gradient, on small whole numbers whose results are known: an engine that was built elsewhere may
 * load and compute wrongly.
 *
 * @throws Error that says which result is wrong.
 */
export function tryEngine(engine: Native): void {
  const made: Handle[] = [];
  const keep = (tensor: unknown): Handle => {
    made.push(Number(tensor));
    return Number(tensor);
  };
  const ones = (...shape: number[]): Handle => {
    const count = shape.reduce((product, size) => product * size, 1);
    return keep(engine.fromBytes(new Float32Array(count).fill(1), shape, FLOAT32));
  };
  const call = (name: string, overload: string, ...args: RawArg[]): Handle =>
    keep(engine.call(engine.lookup(`aten::${name}`, overload)[0], ...args));
  const check = (what: string, tensor: Handle, expected: number): void => {
    const values = new Float32Array(engine.numel(tensor));
    engine.copyTo(tensor, values);
    if (!values.every((value) => value === expected)) {
      throw new Error(`The engine computes wrongly: ${what} gave ${values[0]} instead of ${expected}`);
    }
  };
  try {
    const [images, filters] = [ones(2, 3, 8, 8), ones(4, 3, 3, 3)];
    check('an addition', call('add', 'Tensor', images, images), 2);
    engine.setRequiresGrad(filters, true);
    const maps = call('conv2d', '', images, filters);
    check('a convolution', maps, 27);
    engine.backward([call('sum', '', maps)]);
    check('a backward pass', keep(engine.grad(filters)), 72);
  } finally {
    engine.dispose(made);
  }
}
