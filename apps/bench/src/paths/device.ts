// Which device a backend computes on, and whether that is a GPU or software that plays one.

/**
 * The name of the GPU; nothing for backends that need none.
 *
 * @param backend Of TensorFlow.js, or a mode of gpu.js: WebGL and WebGPU begin with `webgl` and `webgpu`.
 * @param context Where the backend is WebGL, what it draws in.
 * @returns `software`: whether the processor does the work, `yes` or `no` as far as the name tells.
 */
export async function describeDevice(
  backend: string,
  context: () => WebGLRenderingContext,
): Promise<Readonly<Record<string, string>>> {
  if (!backend.startsWith('webg')) return {};
  const device = backend === 'webgpu' ? await adapterName() : rendererOf(context());
  return { device, software: isSoftware(device) ? 'yes' : 'no' };
}

/** Whether the name is that of a software GPU: SwiftShader (Chromium), llvmpipe and lavapipe (Mesa), WARP (Windows). */
export function isSoftware(device: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i.test(device);
}

function rendererOf(context: WebGLRenderingContext): string {
  const names = context.getExtension('WEBGL_debug_renderer_info');
  return String(context.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : context.RENDERER));
}

async function adapterName(): Promise<string> {
  const info = (await navigator.gpu.requestAdapter())?.info;
  return info ? [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ') : 'unknown';
}
