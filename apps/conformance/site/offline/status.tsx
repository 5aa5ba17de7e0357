// What the footer says of offline use.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { type Offline, offlineWords } from './offline.ts';

/** One line. */
export function OfflineStatus({ offline }: { readonly offline: ReadonlySignal<Offline> }): JSX.Element {
  return <p class="offline">{offlineWords(offline.value)}</p>;
}
