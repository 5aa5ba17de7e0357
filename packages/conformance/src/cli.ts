#!/usr/bin/env node
// The command `eqloss-conformance`. What it does is in command.ts.

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) {
  await run();
} else {
  process.stderr.write(`eqloss-conformance: Node ${process.versions.node} is too old; Node >= 20.19 is needed\n`);
  process.exitCode = 2;
}

async function run(): Promise<void> {
  // Not before it is known that this Node can read it.
  const { main } = await import('./command.ts');
  let verdict: number | undefined;
  process.on('exit', (code) => {
    // Codes from 128 are those of signals. No other may stand for a verdict: a target runs in this process, and may leave
    // it, or wait for what never comes until nothing is left to do.
    if (code >= 128) return;
    process.exitCode = verdict ?? 1;
    if (verdict === undefined) process.stderr.write('eqloss-conformance: the process ended before the run\n');
  });
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      // A reader that leaves early, like head, changes nothing about the verdict.
    });
  }
  main(process.argv.slice(2)).then((code) => {
    verdict = code;
    // An engine may keep handles open; what was printed goes out first.
    process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
  });
}
