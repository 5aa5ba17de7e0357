// Servers for this machine only.

import { extname } from 'node:path';

/**
 * Lets a server listen on 127.0.0.1.
 *
 * @param {import('node:http').Server} server
 * @param {number} [wanted] A free port by default.
 * @returns {Promise<{ port: number, close: () => Promise<void> }>} `close` waits for no open connection.
 * @throws {Error} when the port is taken.
 */
export async function listenOnLoopback(server, wanted = 0) {
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => resolve(undefined));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { port, close: () => close(server) };
}

/**
 * A port as a person gives it; 0 is a free one.
 *
 * @param {string} text
 * @throws {RangeError}
 */
export function portOf(text) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError(`--port ${text} is no port`);
  return port;
}

/**
 * What a browser is told of a file, by the end of its name.
 *
 * @param {string} path
 * @returns {string}
 */
export function contentTypeOf(path) {
  return types[extname(path)] ?? 'application/octet-stream';
}

/** @type {Readonly<Record<string, string>>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** @param {import('node:http').Server} server */
function close(server) {
  return new Promise((resolve) => {
    server.close(() => resolve(undefined));
    server.closeAllConnections();
  });
}
