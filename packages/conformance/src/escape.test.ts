import { expect, test } from 'vitest';
import { escapeText, visible } from './escape.ts';

test('markup and quotes are text, in content and in attributes', () => {
  expect(escapeText(`<a href="x" title='y'>&amp;</a>`)).toBe(
    '&#60;a href=&#34;x&#34; title=&#39;y&#39;&#62;&#38;amp;&#60;/a&#62;',
  );
});

test.each([
  ['\u0000', '[U+0000]'],
  ['\u001b[31m', '[U+001B][31m'],
  ['\r', '[U+000D]'],
  ['\u0085', '[U+0085]'],
  ['\u202E', '[U+202E]'],
  ['\u2066', '[U+2066]'],
  ['\uFEFF', '[U+FEFF]'],
  ['\uFFFF', '[U+FFFF]'],
  ['\uD800', '[U+D800]'],
  ['\t\n', '\t\n'],
  ['😀 é ש', '😀 é ש'],
])('%j is shown as %j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('what is too long is cut, and says by how much', () => {
  expect(visible('x'.repeat(12), 10)).toBe(`${'x'.repeat(10)} … (2 more characters)`);
  expect(visible('x'.repeat(10), 10)).toBe('x'.repeat(10));
  expect(visible('😀😀', 1)).toBe('[U+D83D] … (3 more characters)');
});
