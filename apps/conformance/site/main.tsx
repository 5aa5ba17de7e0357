// The page: starts the shell with every target that a browser can run.

import { checkKnownFailures } from '@eqloss/conformance/protocol';
import { render } from 'preact';
import knownFailures from '../src/known-failures.json' with { type: 'json' };
import { targets } from '../src/targets.ts';
import { createDevice } from './device/device.ts';
import { isUntouched } from './device/state.ts';
import { vectorAddresses } from './device/vectors.ts';
import { DeviceView } from './device/view.tsx';
import { startOffline } from './offline/offline.ts';
import { OfflineStatus } from './offline/status.tsx';
import { Shell } from './shell.tsx';
import { UnderstandView } from './understand/view.tsx';

const device = createDevice({
  targets: targets
    .filter(({ runtimes }) => runtimes.includes('chromium'))
    .map(({ name }) => ({ name, start: () => startWorker(name) })),
  vectors: vectorAddresses,
  knownFailures: checkKnownFailures(knownFailures),
});

const offline = startOffline(() => isUntouched(device.state.value) && !hasOwnText());

render(
  <Shell
    device={() => <DeviceView device={device} />}
    understand={() => <UnderstandView />}
    status={<OfflineStatus offline={offline} />}
  />,
  document.getElementById('app')!,
);

/** Own counts are nowhere else, not even in the address. */
function hasOwnText(): boolean {
  return [...document.querySelectorAll('textarea')].some(({ value }) => value !== '');
}

function startWorker(name: string): Worker {
  // Bundlers read this line as it stands.
  return new Worker(new URL('./device/target-worker.ts', import.meta.url), { type: 'module', name });
}
