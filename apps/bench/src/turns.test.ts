// How often a call is made and timed: worked out by hand.

import { expect, test } from 'vitest';
import { callsFor, turnsFor } from './turns.ts';

test('cheap calls are timed together until five milliseconds are full, dear ones alone', () => {
  expect(callsFor(1e6)).toBe(5);
  expect(callsFor(3e6)).toBe(2);
  expect(callsFor(5e6)).toBe(1);
  expect(callsFor(2e9)).toBe(1);
});

test('rounds are fewer where they would not fit into the budget, and two at least', () => {
  const plan = { rounds: 9, budget: 700 };
  expect(turnsFor(1e6, plan)).toBe(9);
  expect(turnsFor(1e8, plan)).toBe(7);
  expect(turnsFor(4e8, plan)).toBe(2);
});
