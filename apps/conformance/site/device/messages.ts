// What the page and a target's worker say to each other: messages of the protocol, and of timing.

import type { Request } from '@eqloss/conformance/protocol';
import type { Case } from '../../../bench/src/cases.ts';

/** To the worker. */
export interface Envelope {
  readonly seq: number;
  readonly message: Request | TimingRequest;
}

/** From the worker. */
export interface Answer {
  readonly seq: number;
  readonly reply: unknown;
}

/** Asks a worker to time its adapter. */
export type TimingRequest =
  /** Makes the batch, warms up, and compares with core. */
  | { readonly type: 'time-open'; readonly of: Case; readonly patience: number }
  | { readonly type: 'time-round'; readonly calls: number }
  | { readonly type: 'time-close' };

/** The answer to one. */
export type TimingReply =
  | { readonly type: 'time-opened'; readonly distance: number }
  | { readonly type: 'timed'; readonly nanoseconds: number }
  | { readonly type: 'time-closed' }
  | { readonly type: 'time-failed'; readonly reason: string };
