// Types of browser.mjs, for the TypeScript that imports it.

/** What the search looks at; every field defaults to this process's own. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

export type EnsuredBrowser =
  | { readonly path: string; readonly reason?: undefined }
  | { readonly path?: undefined; readonly reason: string };

/** The path of a Chromium or Chrome on this machine. */
export function findBrowser(surroundings?: Surroundings): string | undefined;

/** The path of a Chromium, downloaded or installed when there is none, or the reason why there is none. */
export function ensureBrowser(
  options?: Surroundings & { readonly root?: string; readonly isRoot?: boolean },
): EnsuredBrowser;

/** The software Vulkan driver that comes with a browser: the value of `VK_ICD_FILENAMES`. */
export function findSoftwareVulkan(browser?: string, surroundings?: Surroundings): string | undefined;

/** What to start the browser with. */
export function browserFlags(): string[];
