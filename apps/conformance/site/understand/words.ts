// Numbers in words: for sentences, labels and screen readers.

/** A count: 99,388. */
export function countWords(count: number): string {
  return count.toLocaleString('en');
}

/** A share as a percentage with three digits: 5.89 %. */
export function percentWords(share: number): string {
  return `${briefly(100 * share)} %`;
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

/** Downwards over upwards: "357 to 1"; in words where a side is missing. */
export function pressureWords(pressure: number): string {
  if (Number.isNaN(pressure)) return 'none';
  return pressure === Infinity ? 'down only' : `${briefly(pressure)} to 1`;
}

/** "1 class", "2 classes". */
export function plural(count: number, one: string, many: string): string {
  return `${countWords(count)} ${count === 1 ? one : many}`;
}
