// What this browser and device have: asked of the browser, nothing concluded. The words are in capabilities.ts.

import { type Browser, browserOf } from './browser-name.ts';

/** A GPU that answered, or why none did. */
export type Gpu =
  | { readonly device: string; readonly fallback?: boolean }
  | { readonly none: 'no-api' | 'no-adapter' | 'no-worker' | 'failed'; readonly words?: string };

/** What was found. */
export interface Facts {
  readonly browser: Browser;
  /** Logical processors; undefined where the browser does not say. */
  readonly cores: number | undefined;
  /** https, or this machine itself. */
  readonly secure: boolean;
  readonly isolated: boolean;
  readonly sharedMemory: boolean;
  readonly wasm: { readonly any: boolean; readonly simd: boolean; readonly relaxedSimd: boolean };
  readonly webgl2: Gpu;
  readonly webgpu: Gpu;
}

/** Asks the browser. Never rejects. */
export async function lookAround(): Promise<Facts> {
  return {
    browser: browserOf(navigator as Navigator & { readonly userAgentData?: never }),
    cores: navigator.hardwareConcurrency || undefined,
    secure: isSecureContext,
    isolated: crossOriginIsolated,
    sharedMemory: typeof SharedArrayBuffer !== 'undefined',
    wasm: {
      any: typeof WebAssembly === 'object',
      simd: validates(simd),
      relaxedSimd: validates(relaxedSimd),
    },
    webgl2: askWebGl2(),
    webgpu: await askWebGpu(),
  };
}

/** As the engines ask here: in a worker there is no other canvas. */
function askWebGl2(): Gpu {
  if (typeof OffscreenCanvas === 'undefined') {
    const there = document.createElement('canvas').getContext('webgl2') !== null;
    return { none: there ? 'no-worker' : 'no-api' };
  }
  try {
    const context = new OffscreenCanvas(1, 1).getContext('webgl2');
    if (!context) return { none: 'no-adapter' };
    const names = context.getExtension('WEBGL_debug_renderer_info');
    const device = String(context.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : context.RENDERER));
    context.getExtension('WEBGL_lose_context')?.loseContext();
    return { device };
  } catch (error) {
    return { none: 'failed', words: error instanceof Error ? error.message : String(error) };
  }
}

async function askWebGpu(): Promise<Gpu> {
  const { gpu } = navigator as { readonly gpu?: { requestAdapter(): Promise<Adapter | null> } };
  if (!gpu) return { none: 'no-api' };
  try {
    const adapter = await Promise.race([gpu.requestAdapter(), late()]);
    if (!adapter) return { none: 'no-adapter' };
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
    const name = [vendor, architecture, device, description].filter(Boolean).join(' ');
    return { device: name || 'unnamed', fallback: isFallbackAdapter ?? adapter.isFallbackAdapter };
  } catch (error) {
    return { none: 'failed', words: error instanceof Error ? error.message : String(error) };
  }
}

/** A driver that hangs must not keep the page empty. */
function late(): Promise<never> {
  return new Promise((_, reject) =>
    setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE),
  );
}

const PATIENCE = 5000;

interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
}

function validates(body: readonly number[]): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(moduleOf(body));
}

/** The smallest module with one function `() -> v128`. */
function moduleOf(body: readonly number[]): Uint8Array<ArrayBuffer> {
  const code = [0, ...body, 0x0b];
  const section = (id: number, bytes: readonly number[]) => [id, bytes.length, ...bytes];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 1, 0x7b]),
    ...section(3, [1, 0]),
    ...section(10, [1, code.length, ...code]),
  ]);
}

// i32.const 0, i8x16.splat
const splat = [0x41, 0, 0xfd, 0x0f];
// i8x16.popcnt: in the standard, not in the drafts before it
const simd = [...splat, 0xfd, 0x62];
// f32x4.relaxed_madd
const relaxedSimd = [...splat, ...splat, ...splat, 0xfd, 0x85, 0x02];
