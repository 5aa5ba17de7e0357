#!/usr/bin/env node
// The command `eqloss-conformance`. What it does is in command.ts.

import { main } from './command.ts';

main(process.argv.slice(2)).then((code) => {
  // An engine may keep handles open; what was printed goes out first.
  process.stdout.write('', () => process.exit(code));
});
