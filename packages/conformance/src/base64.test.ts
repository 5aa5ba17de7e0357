import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64, toBase64 } from './base64.ts';

test('base64 is what Node makes of the same bytes, and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = toBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromBase64(text)).toEqual(bytes);
    }),
  );
});

test.each(['A', 'AA', 'AAA', 'AA=A', 'A===', '====', '=', 'AAAA=', 'AA A', 'AA-_', 'AAA\n', 'éAAA', 'AAAA\u{1f600}'])(
  '%j is refused',
  (text) => {
    expect(() => fromBase64(text)).toThrow(RangeError);
  },
);
