// A target that answers rightly, but dies or hangs at the tests that its arguments name: `crashing.mjs exit:2 hang:4`.

import { createInterface } from 'node:readline';

const faults = new Map(process.argv.slice(2).map((text) => text.split(':').reverse()));

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  const reply = answer(message);
  process.stdout.write(`${JSON.stringify(reply)}\n`);
  if (reply.type === 'stopped') break;
}

function answer(message) {
  if (message.type === 'start') return started();
  if (message.type === 'stop') return { type: 'stopped' };
  const fault = faults.get(message.test.id);
  if (fault === 'exit') process.exit(3);
  while (fault === 'hang');
  // ln 2 and -1/2 as big-endian words.
  const outputs = {
    loss: { shape: [], dtype: 'float64', rows: ['3fe62e42fefa39ef'] },
    rowLosses: { shape: [1], dtype: 'float64', rows: ['3fe62e42fefa39ef'] },
    gradient: { shape: [1, 1], dtype: 'float64', rows: ['bfe0000000000000'] },
  };
  return { type: 'outcome', seq: message.seq, outputs };
}

function started() {
  return {
    type: 'started',
    protocol: 1,
    name: 'tfjs-cpu',
    version: '0.0.0',
    environment: { engine: 'none' },
    supports: {
      forms: ['sigmoid'],
      dtypes: ['float64'],
      outputs: ['loss', 'rowLosses', 'gradient'],
      reductions: ['mean'],
      features: ['index-labels'],
    },
  };
}
