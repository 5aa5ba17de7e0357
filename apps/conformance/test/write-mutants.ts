// Writes packages/conformance/MUTANTS.md: `npm run mutants`.

import { writeWhole } from '@eqloss/conformance';
import { mutantsTable, TABLE } from './mutants-table.ts';
import { openLaboratory } from './mutation.ts';

const laboratory = await openLaboratory();
try {
  writeWhole(TABLE, await mutantsTable(laboratory));
  process.stderr.write(`wrote ${TABLE}\n`);
} finally {
  laboratory.close();
}
