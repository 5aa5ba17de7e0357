// A target module for the tests of the command; `FAKE` says how it behaves.

import { loadVectors } from '../src/load.ts';
import type { Target } from '../src/target.ts';
import { Unavailable } from '../src/unavailable.ts';
import { answer, byHeart, fakeTarget, plainTarget, spoil } from './fakes.ts';

if (process.env.FAKE === 'chatty') console.log('hello from the module');

let learned: Promise<Target> | undefined;

export async function createTarget(): Promise<Target> {
  const manner = process.env.FAKE;
  if (manner === 'unavailable') throw new Unavailable('no such device');
  if (manner === 'off') return fakeTarget(spoil((outputs) => ({ ...outputs, rowLosses: [0, 0, 0] })));
  if (manner === 'plain') return plainTarget();
  // Learning takes seconds, and the fuzzer makes a target again for each failure.
  if (manner === 'by-heart') {
    learned ??= loadVectors().then(byHeart);
    return learned;
  }
  if (manner === 'no-start') return new Promise(() => {});
  if (manner === 'no-stop') return fakeTarget(answer, { stop: () => new Promise(() => {}) });
  if (manner === 'exit') return fakeTarget(() => process.exit(0));
  if (manner === 'wordy') {
    return fakeTarget(() => {
      throw new Error('a long story '.repeat(100_000));
    });
  }
  if (manner === 'steers') {
    return fakeTarget(() => ({ error: '\u001b[2J\u202E' }), { name: 'fake\u001b]0;title\u0007' });
  }
  if (manner === 'odd-code') return fakeTarget(() => ({ error: 'bad label' }));
  if (manner === 'odd-environment') return fakeTarget(answer, { environment: { threads: 4 as unknown as string } });
  if (manner === 'chatty') {
    return fakeTarget((test) => {
      process.stdout.write('hello from run\n');
      return answer(test);
    });
  }
  return fakeTarget(answer);
}
