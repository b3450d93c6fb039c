import { createHash } from 'node:crypto';
import { seenSize } from '@radweave/imaging';
import { FileFault } from '../files/fault.ts';
import { grayOf } from '../pictures/gray.ts';
import type { Page } from '../pictures/page.ts';
import { type Image, keyedHash } from './image.ts';
import { type NamedFile, NO_FACTS } from './named-files.ts';

/** Why a picture is left out. */
const COLOUR = 'in colour (--colour gray converts it)';

/**
 * A picture file, its pages as slices.
 *
 * @returns the image, or why it is left out.
 * @throws FileFault when the file cannot be read.
 */
export function pictureOf(
  { path, bytes, pages }: { path: string; bytes: Uint8Array; pages: readonly Page[] },
  named: NamedFile,
  { key, keepsColour }: { key: string; keepsColour: boolean },
): Image | string {
  const [first] = pages;
  if (first === undefined) throw new FileFault('the file has no image');
  const { width: columns, height: rows } = seenSize(first, first.orientation);
  const alike = pages.every(
    (page) =>
      page.width === first.width && page.height === first.height && page.orientation === first.orientation,
  );
  if (!alike) throw new FileFault('the pages of the file are of different sizes');
  const isColour = pages.some((page) => page.channels === 3 && grayOf(page).isColour);
  if (isColour && !keepsColour) return COLOUR;
  const { patient, hospital, label, series } = named;
  return {
    path,
    source: { kind: 'picture', isByte: /^BMP| 8 bits(?!, signed)/.test(first.format) },
    instance: keyedHash(key, [createHash('sha256').update(bytes).digest('hex')]),
    study: keyedHash(key, [hospital ?? '', patient]),
    series: keyedHash(key, [hospital ?? '', patient, series]),
    ...{ patientId: patient, hospital, label, rows, columns, isColour },
    birthDate: '',
    institution: '',
    acquired: { date: '', time: '' },
    examined: '',
    number: 0,
    frameOfReference: '',
    frames: pages.map((_, index) => ({ ...NO_PLACE, index })),
    facts: { ...NO_FACTS, description: series },
  };
}

const NO_PLACE = {
  position: null,
  directions: null,
  spacing: null,
  thickness: null,
  slope: 1,
  intercept: 0,
  isRescaled: true,
  unread: [],
  unit: null,
  apart: [],
} as const;
