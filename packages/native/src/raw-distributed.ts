import type { HandedTensor } from './raw.ts';

/** A group of processes: an integer that only this JS environment can use. */
export type GroupHandle = number;

/** What reduces the gradients of a network's parameters. */
export type GradientsHandle = number;

/**
 * The functions of the addon for several processes under their raw names. Each blocks its thread until all processes of the group
 * have asked for the same, in the same order; an error after the group's timeout, and when a process is gone.
 */
export interface NativeDistributed {
  /** @param own this process's address, or network interface; empty for the address of its host's name. */
  openGroup(
    address: string,
    port: number,
    rank: number,
    size: number,
    timeoutMilliseconds: number,
    own: string,
    isInterface: boolean,
  ): GroupHandle;
  /** What a GPU still waits for from the others ends; nothing more is asked of the group then. */
  leaveGroup(group: GroupHandle): void;
  closeGroup(group: GroupHandle): void;
  /** For the addon for CUDA. */
  handOutGroup(group: GroupHandle): object;
  /** All get what rank 0 has. */
  broadcast(group: GroupHandle, tensors: readonly HandedTensor[]): void;
  /** The sum, in place. */
  allReduce(group: GroupHandle, tensor: HandedTensor): void;
  allGather(group: GroupHandle, tensor: HandedTensor, into: readonly HandedTensor[]): void;
  /** The sum, through which gradients flow. */
  sumOfAll(group: GroupHandle, tensor: HandedTensor): HandedTensor;

  openGradients(group: GroupHandle, parameters: readonly HandedTensor[]): GradientsHandle;
  /** Before a backward pass whose gradients are to be the mean of all processes'. */
  prepareBackward(gradients: GradientsHandle): void;
  closeGradients(gradients: GradientsHandle): void;
}
