/** Python values that JavaScript has no kind of its own for. */

/** A Python tuple: an array in every other respect. Make one with {@link tuple}. */
export class PyTuple<T = unknown> extends Array<T> {}

/** A {@link PyTuple} of these items, such as `tuple([0.9, 0.999])`. */
export function tuple<T>(items: Iterable<T>): PyTuple<T> {
  const result = new PyTuple<T>();
  for (const item of items) result.push(item);
  return result;
}

/** A number that must be a float in Python even when it is whole: `new PyFloat(1)` is written as `1.0`. */
export class PyFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export class PyComplex {
  readonly re: number;
  readonly im: number;
  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
}

/** A `collections.OrderedDict`, the type of every state dict. (A plain Python dict is a `Map`.) */
export class OrderedDict<K = unknown, V = unknown> extends Map<K, V> {}

/** A `torch.dtype` held as a value, such as `float32`. */
export class TorchDType {
  readonly dtypeName: string;
  constructor(dtypeName: string) {
    this.dtypeName = dtypeName;
  }
}

/** A `torch.device` held as a value; `index` is null when Python gave none. */
export class TorchDevice {
  readonly type: string;
  readonly index: number | null;
  constructor(type: string, index: number | null = null) {
    this.type = type;
    this.index = index;
  }
}

/**
 * An object of a Python class that is not built here, or that class itself: only its name is known. What a pickle puts into
 * it as into a dict is kept, since a state dict may be of such a class; its state and all else is passed over.
 */
export class PyOpaque extends Map<unknown, unknown> {
  /** Full Python name, such as `argparse.Namespace`. */
  readonly className: string;
  constructor(className: string) {
    super();
    this.className = className;
  }
}
