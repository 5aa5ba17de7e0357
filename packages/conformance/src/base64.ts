// Standard base64 with padding, ten times as fast as btoa and strings of characters: big batches travel in it, to every
// target and back.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const pad = '='.charCodeAt(0);
/** No digit: larger than any six bits. */
const none = 64;

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  const digits = Uint8Array.from(alphabet, (digit) => digit.charCodeAt(0));
  const codes = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  const rest = bytes.length % 3;
  let next = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    // Reading beyond the end gives undefined, which is 0 to bit operations.
    const word = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    codes[next] = digits[word >> 18];
    codes[next + 1] = digits[(word >> 12) & 63];
    codes[next + 2] = digits[(word >> 6) & 63];
    codes[next + 3] = digits[word & 63];
    next += 4;
  }
  if (rest > 0) codes.fill(pad, rest - 3);
  return new TextDecoder().decode(codes);
}

/**
 * The bytes of standard base64.
 *
 * @throws {RangeError} when the text is no base64, or not padded.
 */
export function fromBase64(text: string): Uint8Array {
  const codes = new TextEncoder().encode(text);
  const values = new Uint8Array(256).fill(none);
  for (let value = 0; value < none; value++) values[alphabet.charCodeAt(value)] = value;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = codes.length - padding;
  const bytes = new Uint8Array(Math.floor((digits * 3) / 4));
  // 64 or more after all digits: one of them was none.
  let seen = codes.length % 4 === 0 ? 0 : none;
  let next = 0;
  for (let i = 0; i < digits; i += 4) {
    const a = values[codes[i]];
    const b = values[codes[i + 1]];
    const c = i + 2 < digits ? values[codes[i + 2]] : 0;
    const d = i + 3 < digits ? values[codes[i + 3]] : 0;
    seen |= a | b | c | d;
    // Writing beyond the end does nothing.
    bytes[next] = (a << 2) | (b >> 4);
    bytes[next + 1] = (b << 4) | (c >> 2);
    bytes[next + 2] = (c << 6) | d;
    next += 3;
  }
  if (seen >= none) throw new RangeError('not canonical base64');
  return bytes;
}
