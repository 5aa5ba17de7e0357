import { GPU } from 'gpu.js';
import { makeChannelsPatient } from '../../../scripts/patient-channel.mjs';
import { describeMode } from '../test/mode.ts';

makeChannelsPatient();

describeMode('webgl2', async () => new GPU({ mode: 'webgl2' }), 15);
describeMode('webgl', async () => new GPU({ mode: 'webgl' }), 5);
describeMode('webgpu', async () => new GPU({ mode: 'webgpu' }), 10);
