// How often a path is called, and how often it is timed.

/** Calls that are timed together last this long at least, in nanoseconds: clocks are coarse. */
export const BATCH = 5e6;

/** How many calls are timed together, when one takes so many nanoseconds. */
export function callsFor(nanoseconds: number): number {
  return Math.max(1, Math.ceil(BATCH / nanoseconds));
}

/**
 * How often they are timed: `rounds`, fewer when that would take longer than the budget, two at least.
 *
 * @param nanoseconds Of one call.
 * @param plan `budget`: milliseconds for all rounds.
 */
export function turnsFor(nanoseconds: number, plan: { readonly rounds: number; readonly budget: number }): number {
  return Math.min(plan.rounds, Math.max(2, Math.floor((plan.budget * 1e6) / Math.max(nanoseconds, BATCH))));
}
