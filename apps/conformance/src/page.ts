// One Chromium target in a page of its own: `?target=NAME`. The runner calls `answer` with a message of the protocol
// and awaits the reply.

import { createHandler } from '@eqloss/conformance/protocol';
import { makeChannelsPatient } from '../../../scripts/patient-channel.mjs';
import { loadTarget } from './load-target.ts';

const name = new URLSearchParams(location.search).get('target') ?? '';

makeChannelsPatient();
Object.assign(globalThis, { answer: createHandler(() => loadTarget(name)) });
