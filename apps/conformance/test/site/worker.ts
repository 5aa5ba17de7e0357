// Adapters of core with one fault each, which their name says.

import { type Target, Unavailable } from '@eqloss/conformance/protocol';
import { createPath } from '../../../bench/src/paths/core.ts';
import { answerMessages } from '../../site/device/answer.ts';
import { createTarget } from '../../src/targets/core.ts';

const { name } = self;

answerMessages({ target: faulty, path: () => createPath({ threads: 1 }) });

async function faulty(): Promise<Target> {
  if (name === 'absent') throw new Unavailable('no GPU <b>of this kind</b>');
  if (name === 'broken') throw new Error('its engine does not load');
  const target = await createTarget({ backend: name === 'core-single' ? 'single' : 'double' });
  if (name.startsWith('core')) return target;
  return {
    ...target,
    name,
    run: async (test) => {
      // Three tests of the quick part for each form: as many lives as a target has.
      const bad = test.id.includes('-large-');
      if (name === 'wrong' && test.inputs.labels) {
        // A small lie, far below what single precision would show.
        const outcome = await target.run(test);
        if (!('outputs' in outcome)) return outcome;
        const gradient = Float64Array.from(outcome.outputs.gradient ?? [], (slope) => slope * (1 + 1e-9));
        return { outputs: { ...outcome.outputs, gradient } };
      }
      if (name === 'hanging' && bad) for (;;);
      if (name === 'crashing' && bad) {
        setTimeout(() => {
          throw new Error('crashed on purpose');
        });
        return new Promise(() => {});
      }
      if (name === 'scripting' && bad) {
        throw new Error('<img src="x" onerror="globalThis.broken = 1"><script>globalThis.broken = 1</script>');
      }
      return target.run(test);
    },
  };
}
