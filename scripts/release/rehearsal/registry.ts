// A registry on this machine for the packages of this repository, behind a door that fails when it is told to.

import { createServer, type IncomingMessage, type Server, type ServerResponse, request as send } from 'node:http';
import { join } from 'node:path';
import { runServer } from 'verdaccio';
import { listenOnLoopback } from '../../loopback.mjs';

/** What the door does at one publish: refuses it, or lets it through and loses the answer. */
interface Fault {
  /** The how many-th publish from now. */
  readonly at: number;
  readonly how: 'refuse' | 'lose';
  /** Whether nothing gets through after it. */
  readonly thenDown: boolean;
}

export interface Registry {
  readonly url: string;
  /** The names of what was stored since the last call, in order. */
  takeStored(): string[];
  fail(fault: Fault): void;
  heal(): void;
}

/** Starts the registry on a free port of the loopback interface. It ends with this process. */
export async function startRegistry(folder: string): Promise<Registry> {
  const everyone = { access: ['$all'], publish: ['$anonymous'], unpublish: [] };
  const settings = {
    storage: join(folder, 'storage'),
    self_path: join(folder, 'verdaccio.yaml'),
    configPath: join(folder, 'verdaccio.yaml'),
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: -1 } },
    uplinks: {},
    packages: { '@eqloss/*': everyone },
    max_body_size: '100mb',
    web: { enable: false },
    middlewares: { audit: { enabled: false } },
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
  };
  const upstream = await listenOnLoopback((await runServer(settings as never)) as Server);

  let stored: string[] = [];
  let fault: Fault | undefined;
  let puts = 0;
  let down = false;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    if (down) {
      request.socket.destroy();
      return;
    }
    const publishing = request.method === 'PUT';
    const failing = publishing && fault !== undefined && ++puts === fault.at ? fault : undefined;
    if (failing) down = failing.thenDown;
    if (failing?.how === 'refuse') {
      // What npm does not ask for a second time.
      request.resume().on('end', () => response.writeHead(403).end());
      return;
    }
    const { method, url: path, headers } = request;
    // The host stays: by it the registry says where its tarballs are.
    const forward = send({ host: '127.0.0.1', port: upstream.port, method, path, headers }, (from) => {
      const { statusCode = 500 } = from;
      if (publishing && statusCode < 300) stored.push(decodeURIComponent(path!.slice(1)));
      if (failing) request.socket.destroy();
      else from.pipe(response.writeHead(statusCode, from.headers));
    });
    forward.on('error', () => request.socket.destroy());
    request.pipe(forward);
  }

  const { port } = await listenOnLoopback(createServer(answer));
  return {
    url: `http://127.0.0.1:${port}/`,
    takeStored() {
      const taken = stored;
      stored = [];
      return taken;
    },
    fail(next) {
      [fault, puts] = [next, 0];
    },
    heal() {
      [fault, down] = [undefined, false];
    },
  };
}
