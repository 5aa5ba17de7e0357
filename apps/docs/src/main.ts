// `npm run docs`: builds the documentation for a static host, and with --serve shows it on this machine.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { portOf } from '../../../scripts/loopback.mjs';
import { endOnSignals } from '../../../scripts/signals.mjs';
import { serveSite } from './serve.ts';

const usage = `Usage: npm run docs -- [--out DIR] [--base PATH] [--serve] [--port N]

Builds the site into DIR (default apps/docs/dist), for a host that serves it at
PATH (default /; GitHub Pages: /eqloss/). Ends with 1 when an export has no
comment or a link is dead. With --serve it is then served on 127.0.0.1, at a
free port or at N, until Ctrl-C.`;

endOnSignals();
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    say(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const { out, base, port } = options;
  try {
    // Not at once: what it needs takes long to load.
    const { buildSite } = await import('./build.ts');
    await buildSite({ out, base, say });
    say(`written to ${out}, to be served at ${base}`);
    if (options.serve) say(`${(await serveSite(out, { base, port })).url} until Ctrl-C`);
    return 0;
  } catch (error) {
    say((error as Error).message);
    return 1;
  }
}

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string' },
      base: { type: 'string', default: '/' },
      serve: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { base, serve, help } = values;
  if (!/^\/([\w.-]+\/)*$/.test(base)) throw new RangeError(`--base ${base} is no path with a slash at both ends`);
  const port = portOf(values.port);
  const out = resolve(values.out ?? fileURLToPath(new URL('../dist', import.meta.url)));
  return { out, base, serve, port, help };
}

function say(line: string): void {
  process.stderr.write(`docs: ${line}\n`);
}
