// What a page is asked, and what it answers.

import type { Scores } from '@eqloss/training/scores';
import type { MethodName } from './methods.ts';
import type { TrainOptions } from './train.ts';

/** One call of `Training`, or the start of one. */
export type PageRequest =
  | ({ readonly type: 'start'; readonly method: MethodName } & TrainOptions)
  | { readonly type: 'epoch' | 'scores' | 'close' };

/** What it gave. */
export type PageReply =
  | { readonly type: 'started' | 'closed' }
  | { readonly type: 'trained'; readonly loss: number }
  | { readonly type: 'scored'; readonly scores: Scores }
  | { readonly type: 'failed'; readonly reason: string };
