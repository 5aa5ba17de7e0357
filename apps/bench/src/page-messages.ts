// What the process of a Chromium path and its page say to each other. Numbers are not handed over: a page makes the batch
// from its case.

import type { Case } from './cases.ts';
import type { Outputs } from './path.ts';

/** To the page. */
export type PageRequest =
  | { readonly type: 'start' }
  /** Makes the batch and warms up; answered with the fastest run. */
  | { readonly type: 'open'; readonly of: Case; readonly patience: number }
  | { readonly type: 'outputs' }
  | { readonly type: 'round'; readonly calls: number }
  | { readonly type: 'close' };

/** From the page. */
export type PageReply =
  | { readonly type: 'ready'; readonly environment: Readonly<Record<string, string>> }
  | { readonly type: 'timed'; readonly nanoseconds: number }
  | ({ readonly type: 'outputs' } & Outputs)
  | { readonly type: 'closed' }
  | { readonly type: 'unavailable'; readonly reason: string }
  | { readonly type: 'failed'; readonly reason: string };
