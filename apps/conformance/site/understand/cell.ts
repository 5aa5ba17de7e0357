// One cell that should hold a count: the number in it, or what is wrong with it.

// What programs write where there is no number.
const NO_NUMBER = /^[-+]?(nan|inf(inity)?|null|none|na|n\/a|undefined)$/i;

/** The number that a text states, of whatever size and kind; undefined when it states none. */
function numberOf(text: string): number | undefined {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** Whether a text is a word above a column: no number, and none of the words that stand for one. */
export function isHead(text: string): boolean {
  return /\p{L}/u.test(text) && numberOf(text) === undefined && !NO_NUMBER.test(text);
}

/** The count in a text, or what came instead and what was wanted. */
export function readCount(text: string): number | { readonly came: string; readonly wanted: string } {
  if (text === '') return { came: 'an empty count', wanted: WANTED };
  const came = quote(text);
  const number = numberOf(text);
  if (number === undefined) {
    if (NO_NUMBER.test(text)) return { came: `${came}, which is no number`, wanted: WANTED };
    const grouped = /^\d{1,3}([ ,'’.\u00A0\u202F]\d{3})+$/.test(text);
    return { came, wanted: grouped ? 'a whole number without separators of thousands' : WANTED };
  }
  if (number < 0) return { came: `${came}, which is negative`, wanted: WANTED };
  if (!Number.isInteger(number)) return { came: `${came}, which is no whole number`, wanted: 'a count, not a share' };
  if (!Number.isSafeInteger(number)) return { came, wanted: 'a whole number below 2^53' };
  return number + 0; // -0 is 0
}

/** A text in quotes, as far as it fits into a sentence. */
export function quote(text: string): string {
  return `"${shorten(text)}"`;
}

/** A text as far as it fits into a sentence. What would turn the rest of the sentence around is shown as a mark. */
export function shorten(text: string): string {
  const still = text.replace(TURNING, '\uFFFD');
  return still.length > 48 ? `${still.slice(0, 47)}…` : still;
}

// Unicode's embeddings, overrides and isolates of writing direction.
const TURNING = /[\u202A-\u202E\u2066-\u2069]/g;

const WANTED = 'a whole number >= 0';
