// Processes and pages are in stdio.test.ts and the app's page-target.test.ts; here lives that only know messages.

import { expect, test } from 'vitest';
import { fakeTarget, suite } from '../test/fakes.ts';
import { createHandler } from './handler.ts';
import type { Request } from './messages.ts';
import { restartingTarget, type Session } from './restart.ts';
import { runSuite } from './run.ts';
import { Unavailable } from './unavailable.ts';

/** Opens lives that answer rightly, but with what `spoil` gives if it gives something; a life ends when that throws. */
function lives(spoil: (message: Request, life: number) => unknown) {
  const closed: number[] = [];
  let opened = 0;
  const open = async (): Promise<Session> => {
    const life = opened++;
    const handle = createHandler(async () => fakeTarget());
    let alive = true;
    return {
      get alive() {
        return alive;
      },
      async exchange(message) {
        try {
          return (await spoil(message, life)) ?? (await handle(message));
        } catch (error) {
          alive = false;
          throw error;
        }
      },
      async close() {
        alive = false;
        closed.push(life);
      },
    };
  };
  return { open, closed, opened: () => opened };
}

const judged = (message: Request): boolean => message.type === 'run' && !message.test.id.startsWith('smoke');

function end(words: string): never {
  throw new Error(words);
}

test('after two restarts the target is gone, and says what happened last', async () => {
  const { open, opened } = lives((message, life) => (judged(message) ? end(`life ${life} ended`) : undefined));
  const report = await runSuite(await restartingTarget(open, 1000), suite);
  expect(report.results.map(({ reason }) => reason)).toEqual([
    'life 0 ended',
    'life 1 ended',
    'life 2 ended',
    'target is gone: it was restarted 2 times (life 2 ended)',
  ]);
  expect(opened()).toBe(3);
});

test('a restart whose reply to start is wrong is closed, and an error of the test that needed it', async () => {
  const { open, closed } = lives((message, life) => {
    if (life === 0 && judged(message)) end('life 0 ended');
    return life === 1 && message.type === 'start' ? { type: 'stopped' } : undefined;
  });
  const target = await restartingTarget(open, 1000);
  const report = await runSuite(target, suite);
  expect(report.results.map(({ status }) => status)).toEqual(['error', 'error', 'pass', 'pass']);
  expect(report.results[1].reason).toBe('answered "stopped" to start');
  expect(closed).toEqual([1]);
  await target.stop?.();
  expect(closed).toEqual([1, 2]);
});

test('while a slow life begins no other does, and the next test has it', async () => {
  const { open, closed, opened } = lives((message, life) =>
    life === 0 && judged(message) ? end('life 0 ended') : undefined,
  );
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  const slowly = async (): Promise<Session> => {
    if (opened() > 0) await given;
    return open();
  };
  const target = await restartingTarget(slowly, 1000);
  const report = await runSuite(target, suite, {
    timeout: 200,
    onResult: ({ reason }) => reason?.startsWith('no answer') && give(),
  });
  expect(report.results.map(({ reason }) => reason)).toEqual([
    'life 0 ended',
    'no answer within 0.2 s',
    undefined,
    undefined,
  ]);
  expect(opened()).toBe(2);
  await target.stop?.();
  expect(closed).toEqual([1]);
});

test.each<[string, (message: Request) => unknown, string]>([
  ['fails', () => end('no engine'), 'no engine'],
  ['is unavailable', () => ({ type: 'unavailable', reason: 'no device' }), 'no device'],
])('a first start that %s leaves nothing open', async (_, spoil, words) => {
  const { open, closed } = lives(spoil);
  await expect(restartingTarget(open, 1000)).rejects.toThrow(words);
  expect(closed).toEqual([0]);
});

test('what opening throws is told as it is', async () => {
  const open = async () => {
    throw new Unavailable('no browser');
  };
  await expect(restartingTarget(open, 1000)).rejects.toThrow(Unavailable);
});
