// The page's own view over adapters that are wrong, hang, crash, or say what a page must not believe. For tests only.

import { render } from 'preact';
import { createDevice } from '../../site/device/device.ts';
import { vectorAddresses } from '../../site/device/vectors.ts';
import { DeviceView } from '../../site/device/view.tsx';
import { Shell } from '../../site/shell.tsx';

const names = ['core', 'core-single', 'wrong', 'hanging', 'crashing', 'scripting', 'absent', 'broken'];

const device = createDevice({
  targets: names.map((name) => ({ name, start: () => startWorker(name) })),
  vectors: vectorAddresses,
  limits: { test: 1000, start: 10_000 },
  shape: { rows: 32, classes: 10 },
});

render(
  <Shell device={() => <DeviceView device={device} />} understand={() => <p>The other view</p>} />,
  document.getElementById('app')!,
);

function startWorker(name: string): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
}
