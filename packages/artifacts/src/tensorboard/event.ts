import { bytesField, doubleField, floatField, integerField, readFields } from './protobuf.ts';

/*
 * Field numbers are those of tensorboard/compat/proto: event.proto, summary.proto, tensor.proto, tensor_shape.proto,
 * types.proto.
 */
const DT_STRING = 7;

export type EventContent =
  | { readonly kind: 'scalar'; readonly tag: string; readonly value: number }
  | {
      readonly kind: 'image';
      readonly tag: string;
      readonly png: Uint8Array;
      readonly width: number;
      readonly height: number;
      /** 1 gray, 3 RGB, 4 RGBA. */
      readonly channels: 1 | 3 | 4;
    }
  | { readonly kind: 'text'; readonly tag: string; readonly text: string };

function summaryValue(content: EventContent): Buffer {
  const tag = bytesField(1, content.tag);
  if (content.kind === 'scalar') return Buffer.concat([tag, floatField(2, content.value)]);
  if (content.kind === 'image') {
    const { height, width, channels, png } = content;
    const size = [integerField(1, height), integerField(2, width), integerField(3, channels)];
    return Buffer.concat([tag, bytesField(4, ...size, bytesField(4, png))]);
  }
  const shape = bytesField(2, bytesField(2, integerField(1, 1)));
  const tensor = bytesField(8, integerField(1, DT_STRING), shape, bytesField(8, content.text));
  const metadata = bytesField(9, bytesField(1, bytesField(1, 'text')));
  return Buffer.concat([tag, metadata, tensor]);
}

/** The first event of every file. */
export function encodeVersionEvent(wallTime: number): Buffer {
  return Buffer.concat([doubleField(1, wallTime), bytesField(3, 'brain.Event:2')]);
}

/**
 * An `Event` with one summary value.
 *
 * @param wallTime Seconds since 1970.
 */
export function encodeEvent(wallTime: number, step: number, content: EventContent): Buffer {
  return Buffer.concat([
    doubleField(1, wallTime),
    integerField(2, step),
    bytesField(5, bytesField(1, summaryValue(content))),
  ]);
}

/** The step of an encoded event; undefined for one that holds no summary, such as the version. */
export function eventStep(event: Uint8Array): number | undefined {
  let step = 0;
  let hasSummary = false;
  for (const { field, value } of readFields(event)) {
    if (field === 2 && typeof value === 'bigint') step = Number(BigInt.asIntN(64, value));
    if (field === 5) hasSummary = true;
  }
  return hasSummary ? step : undefined;
}
