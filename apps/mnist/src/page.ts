// Trainings in this page. The process that opened it calls `answer` with a request and awaits the reply.

import { type Digits, readDigits } from './digits.ts';
import type { PageReply, PageRequest } from './messages.ts';
import { methodOf } from './methods.ts';
import { createTask } from './task.ts';
import { startTraining, type Training } from './train.ts';

let digits: Digits | undefined;
let training: Training | undefined;

Object.assign(globalThis, { answer });

async function answer(request: PageRequest): Promise<PageReply> {
  try {
    return await reply(request);
  } catch (error) {
    return { type: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function reply(request: PageRequest): Promise<PageReply> {
  if (request.type === 'start') {
    digits ??= readDigits();
    training = await startTraining(createTask(digits, request.seed), methodOf(request.method), request);
    return { type: 'started' };
  }
  if (training === undefined) throw new Error('no training was started');
  switch (request.type) {
    case 'epoch':
      return { type: 'trained', loss: await training.epoch() };
    case 'scores':
      return { type: 'scored', scores: await training.scores() };
    case 'close':
      await training.close();
      return { type: 'closed' };
  }
}
