import { backends, describeKernels } from './testing.ts';

for (const backend of backends) describeKernels(`backend ${backend}`, { backend }, 60);
