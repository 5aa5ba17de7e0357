// `npm run page`: writes the page to a folder for a static host, and with --serve shows it on this machine.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { portOf } from '../../../scripts/loopback.mjs';
import { type Bundle, serveFiles } from '../../../scripts/page-server.mjs';
import { endOnSignals } from '../../../scripts/signals.mjs';
import { bundleSite, filesOfWorker, WORKER } from './site.ts';

const usage = `Usage: npm run page -- [--out DIR] [--serve] [--port N]

Writes the page to DIR (default apps/conformance/dist): files for any static
host, at any path. With --serve it is not written but served on 127.0.0.1, at a
free port or at N, until Ctrl-C.`;

endOnSignals();
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: { readonly out: string; readonly serve: boolean; readonly port: number; readonly help: boolean };
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
  try {
    const files = await bundleSite();
    const size = [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
    if (options.serve) {
      const { url } = await serveFiles(files, { port: options.port });
      say(`${url} until Ctrl-C`);
      return 0;
    }
    write(files, options.out);
    say(`${files.size} files, ${(size / 1e6).toFixed(0)} MB: ${options.out}`);
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
      serve: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = portOf(values.port);
  const out = resolve(values.out ?? fileURLToPath(new URL('../dist', import.meta.url)));
  return { out, serve: values.serve, port, help: values.help };
}

/** Of an older page nothing stays; what is not a page of ours is left alone. */
function write(files: Bundle, folder: string): void {
  for (const name of filesOfWorker(readIfThere(join(folder, WORKER)))) rmSync(join(folder, name), { force: true });
  for (const [name, content] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function say(line: string): void {
  process.stderr.write(`page: ${line}\n`);
}
