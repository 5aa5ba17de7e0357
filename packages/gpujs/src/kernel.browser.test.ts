import { GPU } from 'gpu.js';
import { describeMode } from '../test/mode.ts';

describeMode('webgl2', async () => new GPU({ mode: 'webgl2' }), 15);
describeMode('webgl', async () => new GPU({ mode: 'webgl' }), 5);
describeMode('webgpu', async () => new GPU({ mode: 'webgpu' }), 10);
