import type { RegisterModel } from '../registry/entry.ts';
import { resnetFamily } from './resnet.ts';
import { swinFamily } from './swin.ts';

/** The families that come with the package, in the order in which they are registered. */
export const FAMILIES: readonly ((registerModel: RegisterModel) => void)[] = [resnetFamily, swinFamily];
