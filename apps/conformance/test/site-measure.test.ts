// How the page times a target: what it asks of the worker, and what it makes of the answers.

import { describe, expect, test } from 'vitest';
import { measureDevice } from '../site/device/measure.ts';
import type { Envelope, TimingReply, TimingRequest } from '../site/device/messages.ts';
import type { Event, Measure } from '../site/device/state.ts';

const shape = { rows: 10, classes: 100 };

describe('a target', () => {
  test('is warmed up in both forms first, and then timed in both, for as many calls as a clock can read', async () => {
    const { measures, asked, started } = await measure(({ calls }) => timed(calls * 2e6));
    const opens = asked.filter((message) => message.type === 'time-open');
    expect(opens.map(({ of, patience }) => [of.form, patience])).toEqual([
      ['sigmoid', 200],
      ['softmax', 200],
      ['sigmoid', 150],
      ['softmax', 150],
    ]);
    // 2 ms a call: 4 calls last 5 ms or more. Nine rounds of 8 ms are within 700 ms.
    const rounds = asked.flatMap((message) => (message.type === 'time-round' ? [message.calls] : []));
    expect(rounds).toEqual([1, 2, 4, ...Array(9).fill(4), 1, 2, 4, ...Array(9).fill(4)]);
    // 2e6 ns by 1000 logits.
    expect(measures).toEqual([
      { target: 'one', form: 'sigmoid', ...shape, nsPerLogit: 2000, spread: 0, rounds: 9 },
      { target: 'one', form: 'softmax', ...shape, nsPerLogit: 2000, spread: 0, rounds: 9 },
    ]);
    expect(started).toBe(1);
  });

  test('has the median of its rounds, the first reading left out, and their spread', async () => {
    const times = [99, 10, 20, 30, 40, 50, 60, 70];
    let next = 0;
    const { measures } = await measure(() => timed(1e6 * times[next++ % times.length]));
    // 700 ms by 99 ms are 7 rounds, 10 to 70 ms: quartiles at 25 and 55.
    expect(measures[0]).toMatchObject({ nsPerLogit: 40_000, spread: 0.75, rounds: 7 });
  });

  test('that is slow has fewer rounds, two at least', async () => {
    const { measures } = await measure(() => timed(2e8));
    expect(measures.map((one) => 'rounds' in one && one.rounds)).toEqual([3, 3]);
    const slower = await measure(() => timed(2e9));
    expect(slower.measures.map((one) => 'rounds' in one && one.rounds)).toEqual([2, 2]);
  });

  test('on a software GPU is opened once a form, and has two rounds', async () => {
    const { measures, asked } = await measure(() => timed(6e6), { software: true });
    const opens = asked.flatMap((message) => (message.type === 'time-open' ? [message.patience] : []));
    expect(opens).toEqual([0, 0]);
    expect(measures.map((one) => 'rounds' in one && one.rounds)).toEqual([2, 2]);
  });

  test('that is wrong in one form has no time in that one, and the reason', async () => {
    const { measures } = await measure(() => timed(6e6), {
      open: ({ of }) => ({ type: 'time-opened', distance: of.form === 'softmax' ? 1.001 : 1 }),
    });
    expect(measures).toEqual([
      { target: 'one', form: 'softmax', ...shape, failed: 'wrong: 1.00 times as far from core as SPEC N4 allows' },
      expect.objectContaining({ form: 'sigmoid', nsPerLogit: 6000 }),
    ]);
  });

  test('that never answers is ended, and a new worker asked for the other form', async () => {
    const { measures, started, live } = await measure(() => timed(6e6), {
      open: ({ of }) => (of.form === 'sigmoid' ? undefined : { type: 'time-opened', distance: 0 }),
    });
    expect(measures).toEqual([
      { target: 'one', form: 'sigmoid', ...shape, failed: 'no answer within 0.04 s' },
      expect.objectContaining({ form: 'softmax', nsPerLogit: 6000 }),
    ]);
    expect([started, live]).toEqual([2, 0]);
  });

  test('that is cancelled has no time and no failure, and its worker ends', async () => {
    const controller = new AbortController();
    const { measures, live } = await measure(
      () => {
        controller.abort(new Error('cancelled'));
        return undefined;
      },
      { signal: controller.signal },
    );
    expect(measures).toEqual([]);
    expect(live).toBe(0);
  });
});

type Request<T extends TimingRequest['type']> = Extract<TimingRequest, { readonly type: T }>;

interface Options {
  readonly software?: boolean;
  readonly signal?: AbortSignal;
  /** Answers an opening; nothing when it hangs. */
  readonly open?: (request: Request<'time-open'>) => TimingReply | undefined;
}

function timed(nanoseconds: number): TimingReply {
  return { type: 'timed', nanoseconds };
}

/** Measures a target whose worker answers each round as it is told. */
async function measure(
  round: (request: Request<'time-round'>) => TimingReply | undefined,
  { software = false, signal = new AbortController().signal, open = opened }: Options = {},
) {
  const asked: TimingRequest[] = [];
  const measures: Measure[] = [];
  const workers: Set<EventTarget> = new Set();
  let started = 0;
  const start = () => {
    started++;
    const worker = new EventTarget();
    workers.add(worker);
    const reply = (message: TimingRequest): TimingReply | undefined => {
      if (message.type === 'time-open') return open(message);
      return message.type === 'time-round' ? round(message) : { type: 'time-closed' };
    };
    const postMessage = ({ seq, message }: Envelope) => {
      asked.push(message as TimingRequest);
      const answer = reply(message as TimingRequest);
      if (!answer) return;
      queueMicrotask(() => worker.dispatchEvent(Object.assign(new Event('message'), { data: { seq, reply: answer } })));
    };
    return Object.assign(worker, { postMessage, terminate: () => workers.delete(worker) }) as unknown as Worker;
  };
  const dispatch = (event: Event) => {
    if (event.type === 'measured') measures.push(event.measure);
  };
  await measureDevice([{ name: 'one', start, software }], { shape, limits: { test: 20, start: 20 }, signal, dispatch });
  return { measures, asked, started, live: workers.size };
}

function opened(): TimingReply {
  return { type: 'time-opened', distance: 0 };
}
