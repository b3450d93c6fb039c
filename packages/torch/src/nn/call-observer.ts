/** Is told of the call of every module, which is an object to it: runs `forward` and returns what it gives. */
export type CallObserver = <Result>(module: object, forward: () => Result) => Result;

/** Set while a profile is under way; undefined costs `Module.call` one comparison. */
export let callObserver: CallObserver | undefined;

export function observeCalls(observer: CallObserver | undefined): void {
  callObserver = observer;
}
