import type { RegisterModel } from '../entry/entry.ts';
import { convnextFamily } from './convnext.ts';
import { densenetFamily } from './densenet.ts';
import { efficientnetFamily } from './efficientnet.ts';
import { mobilenetv3Family } from './mobilenetv3.ts';
import { resnetFamily } from './resnet.ts';
import { swinFamily } from './swin.ts';
import { vitFamily } from './vit.ts';

/** The families that come with the package, in the order in which they are registered. */
export const FAMILIES: readonly ((registerModel: RegisterModel) => void)[] = [
  resnetFamily,
  swinFamily,
  efficientnetFamily,
  mobilenetv3Family,
  convnextFamily,
  densenetFamily,
  vitFamily,
];
