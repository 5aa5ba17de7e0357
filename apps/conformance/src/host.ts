// One Node target in a process of its own: `host.ts NAME`. It speaks the protocol of @eqloss/conformance on standard
// input and output, so that a crash or hang of one engine cannot reach another target.

import { serve } from '@eqloss/conformance';
import { loadTarget } from './load-target.ts';

await serve(() => loadTarget(process.argv[2]));
