// A program that speaks the protocol well or badly; the first argument says how. For the tests of the runner.

import { spawn } from 'node:child_process';
import { closeSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../src/serve.ts';
import type { Outcome, Target } from '../src/target.ts';
import { Unavailable } from '../src/unavailable.ts';
import { answer, fakeTarget, plainAnswer, plainTarget } from './fakes.ts';

const [, , manner = 'honest', extra = ''] = process.argv;
const raw = process.stdout.write.bind(process.stdout);
const spoilt = 'mean-two-rows';

/** Writes for ever, past all queues of this process. */
function flood(descriptor: number, text: string): never {
  for (;;) {
    try {
      writeSync(descriptor, text);
    } catch {
      // The pipe is full.
    }
  }
}

await serve(async () => {
  if (manner === 'unavailable') throw new Unavailable('no such device');
  if (manner === 'broken-start') throw new Error('engine not found');
  if (manner === 'banner') raw('Welcome to the engine\n');
  if (manner === 'silent') await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (manner === 'dies-at-once') process.exit(7);
  if (manner === 'crashes-on-two-rows') {
    const run: Target['run'] = async (test) => (test.inputs.logits.shape[0] < 2 ? plainAnswer(test) : process.exit(3));
    return plainTarget(undefined, { run });
  }
  return fakeTarget(async (test) => {
    const now = test.id === spoilt;
    if (manner === 'noisy-console') console.log('computing', test.id);
    if (manner === 'crash' && now) {
      console.error('segmentation fault, nearly');
      process.exit(3);
    }
    if (manner === 'always-crash') process.exit(3);
    if (manner === 'hang' && now) await new Promise((resolve) => setTimeout(resolve, 60_000));
    if (manner === 'busy' && now) {
      // Tells who waits for it that this test is under way.
      if (extra !== '') writeFileSync(join(tmpdir(), extra), '');
      for (;;);
    }
    if (manner === 'noise' && now) raw('loading kernels…\n');
    if (manner === 'wrong-json' && now) {
      raw('{"type":"outcome","seq":\n');
      return new Promise(() => {});
    }
    if (manner === 'wrong-seq' && now) {
      raw('{"type":"outcome","seq":99,"error":"RANK"}\n');
      return new Promise(() => {});
    }
    if (manner === 'wrong-type' && now) raw('[1, 2]\n');
    if (manner === 'log-in-json' && now) raw('{"level":"info","message":"loading kernels"}\n');
    if (manner === 'answers-twice' && now) raw('{"type":"outcome","seq":3,"error":"RANK"}\n');
    if (manner === 'eats-input' && now) {
      // Whoever asks next is not heard; this test is answered.
      process.stdin.removeAllListeners('data');
      process.stdin.resume();
    }
    if (manner === 'closes-output' && now) {
      closeSync(process.stdout.fd);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    }
    if (manner === 'late' && now) {
      raw('hm\n');
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    if (manner === 'endless-line' && now) return flood(process.stdout.fd, 'x'.repeat(1 << 16));
    if (manner === 'endless-lines' && now) return flood(process.stdout.fd, 'junk\n'.repeat(1 << 13));
    if (manner === 'endless-errors' && now) return flood(process.stderr.fd, 'warning: slow\n'.repeat(1 << 12));
    if (manner === 'gigantic' && now) raw(`{"type":"outcome","seq":3,"outputs":{"gradient":[${'1,'.repeat(2e6)}1]}}\n`);
    if (manner === 'extra-key' && test.id === 'label-too-large') return { error: 'LABEL_RANGE', took: 12 } as Outcome;
    if (manner === 'hungry' && now) {
      // Written to, since untouched memory is not held.
      const eaten = Array.from({ length: 6 }, () => Buffer.alloc(100 * 2 ** 20, 1));
      return new Promise(() => setTimeout(() => eaten, 60_000));
    }
    if (manner === 'throws' && now) throw new Error('out of memory');
    if (manner === 'hole' && now)
      return { outputs: { loss: 0, rowLosses: [undefined as unknown as number], gradient: [] } };
    if (manner === 'nothing' && now) return undefined as never;
    if (manner === 'descendant' && now) {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', extra], { stdio: 'inherit' });
      process.stderr.write(`descendant ${child.pid}\n`);
      process.exit(1);
    }
    return answer(test);
  });
});
