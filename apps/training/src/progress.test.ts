import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { startProgress } from './progress.ts';

test('a stream that is no terminal gets nothing', () => {
  expect(written({ isTTY: false })).toBe('');
});

test('a terminal gets a bar that ends and is cleared, each state within 80 columns', () => {
  const text = written({ isTTY: true, columns: 80 });
  const states = text.split('\u001b').map((part) => part.replace(/^(\[[\d;?]*[A-Za-z]|[78])/, ''));
  const bars = states.filter((state) => /[█░]/.test(state));
  expect(bars.length).toBeGreaterThanOrEqual(2);
  expect(bars[0]).toContain('0 %');
  expect(bars.at(-1)).toMatch(/^█{20} 100 % {2}.*loss 123\.457/);
  for (const bar of bars) expect(bar.length).toBeLessThanOrEqual(80);
  // It leaves line wrapping and cursor as they were: an interrupted run could not put them back.
  expect(text).not.toMatch(/\[\?(7|25)l/);
  expect(text.endsWith('\u001b[0K') || text.endsWith('\u001b[2K')).toBe(true);
});

function written(terminal: object): string {
  const stream = Object.assign(new PassThrough(), terminal);
  const progress = startProgress(100, stream as unknown as NodeJS.WriteStream);
  progress.begin('sigmoid EQL, no background');
  for (let step = 0; step < 100; step++) progress.step(123.4567);
  progress.end();
  return String(stream.read() ?? '');
}
