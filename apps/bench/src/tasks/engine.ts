// What tasks of onnxruntime-node share.

import { Unavailable } from '@eqloss/conformance/protocol';
import type * as Engine from 'onnxruntime-node';

/** The engine, and what the report says about it. */
export interface Runtime {
  readonly ort: typeof Engine;
  readonly environment: Readonly<Record<string, string>>;
}

/** @throws {Unavailable} when onnxruntime-node does not load. */
export async function loadRuntime(): Promise<Runtime> {
  const ort = await import('onnxruntime-node').catch((error: Error) => {
    throw new Unavailable(`onnxruntime-node does not load: ${error.message}`);
  });
  return { ort, environment: { engine: `onnxruntime-node ${ort.env.versions.node}` } };
}
