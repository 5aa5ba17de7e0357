// Keeps the page's own files, so that it works without a network, and serves them with the headers of cross-origin
// isolation, which threads need and many hosts cannot send. The build writes FILES (names beside this file) and VERSION
// (a hash of their contents) above this line.

/* global FILES, VERSION */

const PREFIX = 'eqloss-page ';
const NAME = PREFIX + VERSION;
const AT_ONCE = 4;
const scope = registration.scope;

addEventListener('install', (event) => {
  // An update is whole before it takes over. The first time, the page comes first and asks for the saving later.
  if (registration.active) event.waitUntil(save(() => {}));
  else skipWaiting();
});

addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([forgetOlder(), clients.claim()]));
});

addEventListener('message', (event) => {
  if (event.data !== 'save') return;
  const tell = (message) => event.source.postMessage(message);
  event.waitUntil(
    save((saved) => tell({ type: 'saved', saved, of: FILES.length })).catch((error) => {
      tell({ type: 'failed', reason: error.message });
    }),
  );
});

addEventListener('fetch', (event) => {
  const { request } = event;
  // Everything else is none of this page's files, and not for this worker to touch.
  if (request.method === 'GET' && request.url.startsWith(scope)) event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(NAME);
  const [plain] = request.url.split(/[?#]/);
  const kept = await cache.match(plain === scope ? new URL('index.html', scope).href : plain);
  const response = kept ?? (await fetch(request));
  // What the browser itself must follow or hide cannot be copied.
  if (response.type !== 'basic' && response.type !== 'default') return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** Fetches what is not kept yet, a few at a time. */
async function save(onSaved) {
  const cache = await caches.open(NAME);
  const queue = [...FILES];
  let saved = 0;
  const lane = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const address = new URL(file, scope).href;
      if ((await cache.match(address)) === undefined) {
        const response = await fetch(address, { cache: 'no-cache' });
        if (!response.ok) throw new Error(`the server answers ${response.status} for ${file}`);
        await cache.put(address, response);
      }
      saved++;
      onSaved(saved);
    }
  };
  // A failure is the last thing that is told: what the other lanes save is not wanted again the next time.
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  const failed = lanes.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)),
  );
}
