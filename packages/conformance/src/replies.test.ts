import { expect, test } from 'vitest';
import { rubbishWords } from './replies.ts';

const hint = '(JSON has neither NaN nor infinities: send a tensor of FORMAT.md)';

test.each([
  ['of Python', '{"seq": 1, "outputs": {"loss": NaN, "rowLosses": [NaN, NaN, -Infinity]}}'],
  ['of Perl', '{"seq":1,"outputs":{"gradient":[[Inf],[-Inf],[NaN]]}}'],
  ['of C', '{"seq":1,"outputs":{"loss":-nan}}'],
])('a reply with bare NaN and infinities %s is told what JSON lacks', (_, line) => {
  expect(rubbishWords(line)).toContain(`${hint}: "{`);
});

test.each([
  ['text', 'the loss is NaN'],
  ['half an object', '{"loss": NaN'],
  ['another mistake', '{"note": "NaN", "loss": 1,}'],
])('%s is not', (_, line) => {
  expect(rubbishWords(line)).toBe(`printed what is no JSON message on standard output: ${JSON.stringify(line)}`);
});

test('a line of a megabyte costs no time', () => {
  const started = performance.now();
  rubbishWords(`{"loss": [${' '.repeat(1_000_000)}NaN${' '.repeat(1_000_000)}`);
  rubbishWords(`{${'nan,'.repeat(250_000)}`);
  expect(performance.now() - started).toBeLessThan(10_000);
});
