// Groups of classes by how many images show them, for recall by group.

import { EqlError, frequenciesFromCounts } from '@eqloss/core';
import { refuseUnknown } from '../options-object.ts';

/** Masks `[classes]` by name, 1 for a class of the group, else 0: what a gate's `tail` is. A class may be in several. */
export type ClassGroups<Name extends string = string> = Readonly<Record<Name, ArrayLike<number>>>;

/** Where {@link groupsOf} cuts. */
export interface GroupBounds {
  /** A class with fewer images is tail. */
  readonly tailBelow: number;
  /** A class with more images is head. */
  readonly headAbove: number;
}

/**
 * Tail, mid and head by the number of images.
 *
 * LVIS calls classes with at most 10 images rare and those with more than 100 frequent: `{ tailBelow: 11, headAbove: 100 }`.
 * ImageNet-LT calls them few-shot below 20 and many-shot above 100: `{ tailBelow: 20, headAbove: 100 }`. For the classes that
 * a gate withholds, no bounds are needed: `{ tail: gate.tail }` is a group as it is.
 *
 * @param counts Images of each class, `[classes]`, finite, >= 0.
 * @returns Masks `[classes]`; each class is in exactly one.
 * @throws {EqlError} `CLASS_COUNT`, `FREQUENCY_RANGE`; `THRESHOLD_RANGE` for bounds that are missing or the wrong way round;
 * `UNSUPPORTED` for an unknown bound.
 */
export function groupsOf(
  counts: ArrayLike<number>,
  bounds: GroupBounds,
): Readonly<Record<'tail' | 'mid' | 'head', Uint8Array>> {
  const images = frequenciesFromCounts(counts, 1);
  refuseUnknown('the bounds of groupsOf', bounds, ['tailBelow', 'headAbove']);
  const { tailBelow, headAbove } = bounds;
  // Counts are whole: with headAbove = tailBelow - 1 nothing is mid.
  if (!(tailBelow >= 0 && headAbove >= tailBelow - 1)) {
    throw new EqlError(
      'THRESHOLD_RANGE',
      `tailBelow is ${tailBelow} and headAbove ${headAbove}; wanted numbers of images, the second not below the first.`,
    );
  }
  const mask = (belongs: (n: number) => boolean): Uint8Array => Uint8Array.from(images, (n) => (belongs(n) ? 1 : 0));
  return {
    tail: mask((n) => n < tailBelow),
    mid: mask((n) => n >= tailBelow && n <= headAbove),
    head: mask((n) => n >= tailBelow && n > headAbove),
  };
}

/**
 * Checks groups.
 *
 * @returns The number of classes.
 * @throws {EqlError} `CLASS_COUNT` for masks without classes or of different lengths; `UNSUPPORTED` for no group, a name that
 * cannot stand in a log, or an entry other than 0 and 1.
 */
export function checkGroups(groups: ClassGroups): number {
  const list = typeof groups === 'object' && groups !== null ? Object.entries(groups) : [];
  if (list.length === 0) throw new EqlError('UNSUPPORTED', 'there are no groups; wanted masks [classes] by name.');
  const classes = list[0][1]?.length;
  for (const [name, mask] of list) {
    if (!/^[A-Za-z]\w*$/.test(name)) {
      throw new EqlError('UNSUPPORTED', `a group has the name ${JSON.stringify(name)}; wanted letters, digits and _.`);
    }
    if (!(mask?.length > 0 && mask.length === classes)) {
      throw new EqlError(
        'CLASS_COUNT',
        `group ${name} has ${mask?.length} entries and group ${list[0][0]} ${classes}; wanted one for each class.`,
      );
    }
    const wrong = Array.from(mask).find((entry) => entry !== 0 && entry !== 1);
    if (wrong !== undefined) {
      throw new EqlError('UNSUPPORTED', `group ${name} has an entry ${wrong}; wanted a mask of 0 and 1, not indices.`);
    }
  }
  return classes;
}
