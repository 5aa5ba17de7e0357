// Wrong draws of β: another generator, counter, key or comparison.

import { type Mutant, ofDraws } from './mutant.ts';

const draws = 'draws.ts';
const philox = 'philox.ts';

export const drawMutants: readonly Mutant[] = [
  ofDraws('X5', 'nine rounds of Philox', philox, 'round < 10', 'round < 9'),
  ofDraws('X5', 'γ is compared with <=', draws, 'words[lane] < bound', 'words[lane] <= bound + 2 ** 20'),
  ofDraws('X5', 'γ is the probability of 0', draws, 'words[lane] < bound', 'words[lane] >= bound'),
  ofDraws('X5', 'the high word of the seed is dropped', draws, 'Math.floor(seed / 2 ** 32)', '0'),
  ofDraws('X5', 'the step is left out', draws, 'rowHigh, step, keyLow', 'rowHigh, 0, keyLow'),
  ofDraws('X5', 'the words of a block in reverse', draws, 'words[lane] < bound', 'words[3 - lane] < bound'),
  ofDraws(
    'X5',
    'one block a class, not one for four',
    draws,
    'Math.floor((classOffset + j) / 4), rowLow',
    'classOffset + j, rowLow',
  ),
  ofDraws('X5', 'high and low word of the row are swapped', draws, 'rowLow, rowHigh, step', 'rowHigh, rowLow, step'),
  ofDraws(
    'X5',
    'the high half of the product is 31 bits',
    philox,
    'aHigh * bHigh + (middle >>> 16)',
    'aHigh * bHigh + (middle >> 16)',
  ),
  ofDraws('P1', 'rows are counted from the start of the shard', draws, 'const row = rowOffset + i;', 'const row = i;'),
  ofDraws('P1', 'the high word of the row is dropped', draws, 'Math.floor(row / 2 ** 32)', '0'),
];
