import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { groupsOf } from './cases.ts';
import { readInputs, writeInputs } from './input-files.ts';
import { makeInputs, makeLogits } from './inputs.ts';

test.each(groupsOf([{ rows: 6, classes: 40 }], ['sigmoid', 'softmax']).flat())(
  'a page makes the batch that processes read from files: %o',
  (of) => {
    const folder = mkdtempSync(join(tmpdir(), 'eqloss-inputs-'));
    try {
      writeInputs(folder, of, makeLogits(of));
      const { readLogits, ...read } = readInputs(folder);
      const { readLogits: make, ...made } = makeInputs(of);
      expect(made).toEqual(read);
      const target = new Float32Array(240);
      expect(make(target)).toBe(target);
      expect([target, make()]).toEqual([readLogits(), readLogits()]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
