// A worker seen from the page: it answers, crashes, hangs, or gets out of step.

import { describe, expect, test } from 'vitest';
import type { Envelope } from '../site/device/messages.ts';
import { askTime, openWorker } from '../site/device/worker-session.ts';

const stop = { type: 'stop' } as const;
const never = new AbortController().signal;

describe('a worker', () => {
  test('answers one message after the other', async () => {
    const { session } = open((worker, { seq, message }) => worker.answer({ seq, reply: message.type }));
    expect(await session.exchange(stop, never)).toBe('stop');
    expect(await session.exchange({ type: 'start', protocol: 1 }, never)).toBe('start');
    expect(session.alive).toBe(true);
  });

  test('that crashes is ended, with its words, and is no error of the page', async () => {
    const { session, worker } = open((fake) => fake.crash('out of memory'));
    await expect(session.exchange(stop, never)).rejects.toThrow('the worker crashed: out of memory');
    expect(worker).toMatchObject({ ended: true, told: false });
    expect(session.alive).toBe(false);
    await expect(session.exchange(stop, never)).rejects.toThrow('the worker has ended');
  });

  test('whose script does not load says so', async () => {
    const { session } = open((fake) => fake.crash(''));
    await expect(session.exchange(stop, never)).rejects.toThrow('its script does not load');
  });

  test('that hangs is ended when its time is over', async () => {
    const { session, worker } = open(() => {});
    const controller = new AbortController();
    const asked = session.exchange(stop, controller.signal);
    controller.abort(new Error('no answer within 1 s'));
    await expect(asked).rejects.toThrow('no answer within 1 s');
    expect(worker.ended).toBe(true);
  });

  test('that is closed while it works answers nobody', async () => {
    const { session, worker } = open(() => {});
    const asked = session.exchange(stop, never);
    await session.close(0);
    await expect(asked).rejects.toThrow('the worker was ended');
    expect(worker.ended).toBe(true);
  });

  test('that is out of step is ended', async () => {
    const { session, worker } = open((fake, { seq }) => fake.answer({ seq: seq + 1, reply: 'late' }));
    await expect(session.exchange(stop, never)).rejects.toThrow('out of step');
    expect(worker.ended).toBe(true);
  });

  test('is not touched by a signal that aborts after its answer, and not asked with one that has', async () => {
    const { session, worker } = open((fake, { seq }) => fake.answer({ seq, reply: 'yes' }));
    const controller = new AbortController();
    expect(await session.exchange(stop, controller.signal)).toBe('yes');
    controller.abort(new Error('cancelled'));
    expect([session.alive, worker.ended]).toEqual([true, false]);
    await expect(session.exchange(stop, controller.signal)).rejects.toThrow('cancelled');
    expect(await session.exchange(stop, never)).toBe('yes');
  });

  test('that sends what cannot be read is ended', async () => {
    const { session, worker } = open((fake) => fake.dispatchEvent(new Event('messageerror')));
    await expect(session.exchange(stop, never)).rejects.toThrow('the worker sent what cannot be read');
    expect(worker.ended).toBe(true);
  });

  test('that answers another message of timing is not believed', async () => {
    const { session } = open((fake, { seq }) => fake.answer({ seq, reply: { type: 'time-closed' } }));
    const asked = askTime(session, { type: 'time-round', calls: 1 }, 'timed', never);
    await expect(asked).rejects.toThrow('the worker answered time-closed');
  });

  test('that cannot be timed says why', async () => {
    const reason = 'no such backend';
    const { session } = open((fake, { seq }) => fake.answer({ seq, reply: { type: 'time-failed', reason } }));
    await expect(askTime(session, { type: 'time-close' }, 'time-closed', never)).rejects.toThrow(reason);
  });
});

/** A worker that does with each message what it is told. */
class FakeWorker extends EventTarget {
  ended = false;
  /** Whether an error would have reached the console. */
  told = false;
  readonly #hear: (worker: FakeWorker, envelope: Envelope) => void;

  constructor(hear: (worker: FakeWorker, envelope: Envelope) => void) {
    super();
    this.#hear = hear;
  }

  postMessage(envelope: Envelope): void {
    queueMicrotask(() => this.#hear(this, envelope));
  }

  terminate(): void {
    this.ended = true;
  }

  answer(data: unknown): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }

  crash(message: string): void {
    this.told = this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }
}

function open(hear: (worker: FakeWorker, envelope: Envelope) => void) {
  const worker = new FakeWorker(hear);
  return { worker, session: openWorker(() => worker as unknown as Worker) };
}
