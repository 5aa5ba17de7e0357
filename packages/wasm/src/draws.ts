// β that is drawn: by the kernels, and by core where core calculates. SPEC X5.

import { type DrawnBeta, type DrawOptions, drawBeta, EqlError } from '@eqloss/core';
import { type Arena, STAGE } from './arena.ts';
import { writeDraws } from './job.ts';
import { withRoom } from './shelf.ts';

/** Whether β comes as how it is drawn. */
export function isDrawn(beta: unknown): beta is DrawnBeta {
  return typeof beta === 'object' && beta !== null && 'gamma' in beta;
}

/** @throws {EqlError} `UNSUPPORTED` for what would be ignored */
export function checkDrawnKeys({ gamma: _, seed: __, step: ___, rowOffset: ____, ...rest }: DrawnBeta): void {
  const [unknown] = Object.keys(rest);
  if (unknown === undefined) return;
  throw new EqlError('UNSUPPORTED', `field ${unknown} of beta is unknown; there are gamma, seed, step, rowOffset.`);
}

/** β of one row. */
export function betaOfRow(draws: DrawnBeta, row: number, classes: number): Uint8Array {
  return drawBeta({ ...draws, rows: 1, classes, rowOffset: (draws.rowOffset ?? 0) + row });
}

/** Bytes before and after a place that {@link drawInArena} draws to, which whole vectors may reach. */
const MARGIN = 32;

/**
 * What core's `drawBeta` gives, by the kernels. `options` are checked, and say of at least one element.
 *
 * @throws {EqlError} `OUT_OF_MEMORY`
 */
export function drawInArena(arena: Arena, options: DrawOptions, threads: number): Uint8Array {
  const { rows, classes, gamma, rowOffset = 0, classOffset = 0 } = options;
  const beta = withRoom(rows * classes, () => new Uint8Array(rows * classes));
  if (gamma === 0) return beta; // no word is below 0
  const { kernels, layout, bytes } = arena;
  const to = layout.stage + MARGIN;
  // The three staging areas lie side by side.
  const room = 3 * 4 * STAGE * threads - 2 * MARGIN;
  const width = Math.min(classes, room);
  const count = Math.min(Math.floor(room / width), rows);
  for (let row = 0; row < rows; row += count) {
    for (let from = 0; from < classes; from += width) {
      const column = classOffset + from;
      const [height, columns] = [Math.min(count, rows - row), Math.min(width, classes - from)];
      writeDraws(arena, options, rowOffset + row, Math.floor(column / 4));
      kernels.draw(layout.job, to, height, columns, column % 4);
      beta.set(bytes.subarray(to, to + height * columns), row * classes + from);
    }
  }
  return beta;
}
