import type { AnyModule } from './module.ts';

/** Is told of every module's call: runs `forward` and returns what it gives. */
export type CallObserver = <Result>(module: AnyModule, forward: () => Result) => Result;

/** Set while a profile is under way; undefined costs `Module.call` one comparison. */
export let callObserver: CallObserver | undefined;

export function observeCalls(observer: CallObserver | undefined): void {
  callObserver = observer;
}
