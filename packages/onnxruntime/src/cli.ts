#!/usr/bin/env node
// The command `eqloss-onnx`. What it does is in cli/command.ts.

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) {
  // Not before it is known that this Node can read it.
  const { main } = await import('./cli/command.ts');
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      // A reader that leaves early, like head, changes nothing about the result.
    });
  }
  process.exitCode = main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
} else {
  process.stderr.write(`eqloss-onnx: Node ${process.versions.node} is too old; Node >= 20.19 is needed\n`);
  process.exitCode = 2;
}
