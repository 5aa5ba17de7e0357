// Fails when the API reports changed since `--since REF`, or the last release, and no changeset says so.

import { parseArgs } from 'node:util';
import { root } from '../run.mjs';
import { apiChanges } from './changes.mjs';

const { values } = parseArgs({ options: { since: { type: 'string' } } });
try {
  const { notes, faults } = await apiChanges({ folder: root, since: values.since });
  for (const note of notes) say(note);
  for (const fault of faults) say(`fault: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}

function say(line) {
  process.stderr.write(`api: ${line}\n`);
}
