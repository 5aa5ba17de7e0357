// Which device a backend of TensorFlow.js computes on, and whether that is a GPU or software that plays one.

import type * as Engine from '@tensorflow/tfjs-core';

/**
 * The name of the GPU; nothing for backends that need none.
 *
 * @returns `software`: whether the processor does the work, `yes` or `no` as far as the name tells.
 */
export async function describeDevice(tf: typeof Engine): Promise<Readonly<Record<string, string>>> {
  const backend = tf.getBackend();
  if (!backend.startsWith('webg')) return {};
  const device = backend === 'webgl' ? rendererOf(tf) : await adapterName();
  return { device, software: isSoftware(device) ? 'yes' : 'no' };
}

/** Whether the name is that of a software GPU: SwiftShader (Chromium), llvmpipe and lavapipe (Mesa), WARP (Windows). */
export function isSoftware(device: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i.test(device);
}

function rendererOf(tf: typeof Engine): string {
  const { gl } = (tf.backend() as unknown as { readonly gpgpu: { readonly gl: WebGL2RenderingContext } }).gpgpu;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}

async function adapterName(): Promise<string> {
  const info = (await navigator.gpu.requestAdapter())?.info;
  return info ? [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ') : 'unknown';
}
