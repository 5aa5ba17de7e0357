// Paths that live in the test's own process and take the time that the test says.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Form } from '@eqloss/core';
import { readInputs } from '../src/input-files.ts';
import type { Reply, Request } from '../src/messages.ts';
import type { PathEntry } from '../src/paths.ts';
import { expectedOf } from '../src/verify.ts';
import type { Worker } from '../src/worker.ts';

/** What a fake does. */
export interface Fake {
  /** Nanoseconds that a call takes. */
  readonly nanoseconds?: number;
  /** Added to the loss, and to one entry of the gradient. */
  readonly lossError?: number;
  readonly gradientError?: number;
  /** The request at which its process dies. */
  readonly diesAt?: Request['type'];
}

/** One request to one path. */
export interface Event {
  readonly name: string;
  readonly type: Request['type'] | 'start' | 'stop';
  readonly calls?: number;
  readonly folder?: string;
}

/** A line of the list. */
export function fakeEntry(name: string, more: Partial<PathEntry> = {}): PathEntry {
  const forms: readonly Form[] = ['sigmoid', 'softmax'];
  const work = name === 'copy' ? 'copy' : 'eql';
  const engine = { module: name, host: 'node', kind: 'eqloss', threads: 1 } as const;
  return { name, path: name, forms, work, tolerance: 1, ...engine, ...more };
}

/** Starts fakes by name, and writes down who was asked what. */
export function fakeStart(
  fakes: Readonly<Record<string, Fake>>,
  events: Event[],
): (entry: PathEntry) => Promise<Worker> {
  return async (entry) => {
    const { name } = entry;
    const fake = fakes[name] ?? {};
    events.push({ name, type: 'start' });
    return {
      entry,
      environment: { engine: `fake ${name}` },
      ask: async (request, type) => {
        events.push({ name, ...request });
        if (fake.diesAt === request.type) throw new Error('its process ended with code 3');
        const reply = answer(entry, fake, request);
        if (reply.type !== type) throw new Error(`asked for ${type}, answered ${reply.type}`);
        return reply as never;
      },
      stop: () => events.push({ name, type: 'stop' }),
    };
  };
}

function answer({ work }: PathEntry, fake: Fake, request: Request): Reply {
  const { nanoseconds = 1e6, lossError = 0, gradientError = 0 } = fake;
  if (request.type === 'close') return { type: 'closed' };
  if (request.type === 'round') return { type: 'timed', nanoseconds: nanoseconds * request.calls };
  if (request.type !== 'open') throw new Error(`a path was asked for ${request.type}`);
  const inputs = readInputs(request.folder);
  const { loss, gradient } = expectedOf(work, inputs, inputs.readLogits());
  const given = Float64Array.from(gradient);
  given[given.length - 1] += gradientError;
  writeFileSync(join(request.folder, request.gradient), given);
  return { type: 'opened', loss: loss + lossError, dtype: 'float64', nanoseconds, peakBytes: 1234 };
}
