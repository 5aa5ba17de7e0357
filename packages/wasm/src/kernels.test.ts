import { createKernels } from './index.ts';
import { backends, describeKernels, heapKernels } from './testing.ts';

for (const backend of backends) describeKernels(`backend ${backend}`, () => createKernels({ backend }), 60);
describeKernels('over a heap', heapKernels, 60);
