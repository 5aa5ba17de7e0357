// Property tests draw the same cases every time, so that a red run can be repeated; EQLOSS_SEED draws others.

import fc from 'fast-check';

const seed = typeof process === 'undefined' ? undefined : process.env.EQLOSS_SEED;
fc.configureGlobal({ seed: seed === undefined ? 20_031_205 : Number(seed) });
