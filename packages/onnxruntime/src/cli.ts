#!/usr/bin/env node
// The command `eqloss-onnx`. What it does is in cli/command.ts.

import { main } from './cli/command.ts';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => {
    // A reader that leaves early, like head, changes nothing about the result.
  });
}

process.exitCode = main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
