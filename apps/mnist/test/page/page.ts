// The page of the app, whose answers also have what its GPU holds.

import '../../src/page.ts';
import type { PageReply, PageRequest } from '../../src/messages.ts';
import { startCounting } from '../counting.ts';

const counts = startCounting();
const { answer } = globalThis as unknown as { answer(request: PageRequest): Promise<PageReply> };

Object.assign(globalThis, {
  answer: async (request: PageRequest) => ({ ...(await answer(request)), ...counts() }),
});
