// Judges an adapter on the engine that is installed here, by the vectors: node judge.mjs TARGET BACKEND [FILTER]

import { isFailure, loadVectors, runTarget } from '@eqloss/conformance';

const [module, backend, filter] = process.argv.slice(2);
const { createTarget } = await import(`./${module}.js`);
const report = await runTarget(`${module}-${backend}`, () => createTarget({ backend }), await loadVectors(), {
  filter,
});
const bad = report.results.filter((result) => isFailure(result) || result.status === 'unavailable');
const passed = report.results.filter(({ status }) => status === 'pass').length;
for (const { id, status, reason } of bad.slice(0, 5)) console.log(id, status, reason ?? '');
console.log(`${passed} passed, ${bad.length} failed`);
process.exit(bad.length > 0 || passed === 0 ? 1 : 0);
