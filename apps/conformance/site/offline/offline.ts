// The page's side of its service worker: starts it, reloads once when that isolates the page, and has the files saved.

import { type ReadonlySignal, signal } from '@preact/signals';

/** How far the page is from working without a network. */
export type Offline =
  | { readonly kind: 'starting' }
  | { readonly kind: 'saving'; readonly saved: number; readonly of: number }
  | { readonly kind: 'ready' }
  /** Ready, and what comes next is ready as well. */
  | { readonly kind: 'newer' }
  | { readonly kind: 'impossible'; readonly reason: string };

/** In this tab: a reload for isolation was tried. */
const TRIED = 'eqloss: reloaded for isolation';

/**
 * Starts the service worker beside the page.
 *
 * @param mayReload Whether nothing would be lost by a reload.
 */
export function startOffline(mayReload: () => boolean): ReadonlySignal<Offline> {
  const state = signal<Offline>({ kind: 'starting' });
  start(mayReload, (next) => {
    state.value = next;
  }).catch((error: unknown) => {
    state.value = { kind: 'impossible', reason: error instanceof Error ? error.message : String(error) };
  });
  return state;
}

/** In words, for the footer. */
export function offlineWords(state: Offline): string {
  switch (state.kind) {
    case 'starting':
      return 'Not saved for offline use yet.';
    case 'saving':
      return `Saving for offline use: ${state.saved} of ${state.of} files.`;
    case 'ready':
      return 'Saved: this page works offline.';
    case 'newer':
      return 'Saved: this page works offline. A newer version comes when all its tabs are closed.';
    case 'impossible':
      return `Not saved for offline use: ${state.reason}`;
  }
}

async function start(mayReload: () => boolean, show: (state: Offline) => void): Promise<void> {
  const { serviceWorker } = navigator;
  if (!serviceWorker) throw new Error('this browser offers no service worker here, such as over plain http');
  const registration = await serviceWorker.register('./service-worker.js', { updateViaCache: 'none' });
  serviceWorker.addEventListener('message', ({ data }) => {
    if (data.type === 'failed') show({ kind: 'impossible', reason: data.reason });
    else if (data.saved < data.of) show({ kind: 'saving', saved: data.saved, of: data.of });
    else show({ kind: registration.waiting ? 'newer' : 'ready' });
  });
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && registration.active) show({ kind: 'newer' });
    });
  });
  const { active } = await serviceWorker.ready;
  await controlled(serviceWorker);
  if (reloads(mayReload)) return;
  active?.postMessage('save');
}

/** Waits until the worker serves this page; a forced reload keeps it out, so not for ever. */
function controlled(serviceWorker: ServiceWorkerContainer): Promise<void> {
  if (serviceWorker.controller) return Promise.resolve();
  return new Promise((resolve) => {
    serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true });
    setTimeout(resolve, 2000);
  });
}

/** Reloads when the worker's headers would isolate this page: once, since they may not. */
function reloads(mayReload: () => boolean): boolean {
  try {
    if (crossOriginIsolated) {
      sessionStorage.removeItem(TRIED);
      return false;
    }
    if (sessionStorage.getItem(TRIED) !== null || !mayReload()) return false;
    sessionStorage.setItem(TRIED, 'yes');
  } catch {
    // Without a memory there could be a loop.
    return false;
  }
  location.reload();
  return true;
}
