// Which browser this is, as far as it says.

import type { Runtime } from '@eqloss/conformance/protocol';

/** What a browser says of itself. */
export interface Agent {
  readonly userAgent: string;
  readonly userAgentData?: { readonly brands: readonly { readonly brand: string; readonly version: string }[] };
}

/** A browser by name. */
export interface Browser {
  /** `Chrome 142`; `an unknown browser` when it says nothing that is known here. */
  readonly name: string;
  /** For reports: those built on Chromium are `chromium`, all others `browser`. */
  readonly runtime: Extract<Runtime, 'chromium' | 'browser'>;
}

/** Reads the name. Many browsers are built on Chromium and say so beside their own name. */
export function browserOf({ userAgent, userAgentData }: Agent): Browser {
  const brands = userAgentData?.brands.filter(({ brand }) => !/not.*brand/i.test(brand)) ?? [];
  const own = brands.find(({ brand }) => brand !== 'Chromium') ?? brands[0];
  if (own) return { name: `${own.brand} ${own.version}`, runtime: 'chromium' };
  for (const [pattern, name] of patterns) {
    const version = pattern.exec(userAgent)?.[1];
    if (version) return { name: `${name} ${version}`, runtime: chromiumNames.has(name) ? 'chromium' : 'browser' };
  }
  return { name: 'an unknown browser', runtime: 'browser' };
}

/** The more special first: Edge and Opera name Chrome as well, and Chrome names Safari. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bFirefox\/(\d+)/, 'Firefox'],
  // On iOS every browser is WebKit, whatever its name.
  [/\bCriOS\/(\d+)/, 'Chrome for iOS'],
  [/\bFxiOS\/(\d+)/, 'Firefox for iOS'],
  [/\b(?:Headless)?Chrome\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+(?:\.\d+)?).*\bSafari\//, 'Safari'],
];

const chromiumNames: ReadonlySet<string> = new Set(['Edge', 'Opera', 'Chrome']);
