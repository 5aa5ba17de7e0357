// Numbers in words: for sentences, labels and screen readers.

/** A count: 99,388. */
export function countWords(count: number): string {
  return count.toLocaleString('en');
}

/** A share as a percentage with three digits: 5.89 %. The space does not break. */
export function percentWords(share: number): string {
  return `${briefly(100 * share)}\u00A0%`;
}

/** Three digits of any number: 0.0011, 357, 12,300, 3.2e-7. */
export function briefly(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '–';
  const rounded = Number(value.toPrecision(3));
  return rounded >= 1e4 && rounded < 1e12 ? countWords(rounded) : String(rounded);
}

/** λ in a sentence: four digits. What is copied has all of them. */
export function thresholdWords(threshold: number): string {
  return String(Number(threshold.toPrecision(4)));
}

/** Downwards over upwards, in a table: 357 : 1, or what is missing. */
export function pressureWords(pressure: number): string {
  if (Number.isNaN(pressure)) return 'neither';
  return pressure === Infinity ? 'only down' : `${briefly(pressure)} : 1`;
}

/** Downwards over upwards, in a sentence that says first what is pushed: "is pushed down 357 times as hard as up". */
export function pushWords(pressure: number): string {
  if (Number.isNaN(pressure)) return 'is not pushed at all';
  if (pressure === Infinity) return 'is pushed down only';
  if (pressure === 0) return 'is pushed up only';
  if (briefly(pressure) === '1') return 'is pushed down as hard as up';
  return pressure > 1
    ? `is pushed down ${briefly(pressure)} times as hard as up`
    : `is pushed up ${briefly(1 / pressure)} times as hard as down`;
}

/** "1 class", "2 classes". */
export function plural(count: number, one: string, many: string): string {
  return `${countWords(count)} ${count === 1 ? one : many}`;
}
