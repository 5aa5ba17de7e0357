// Where nobody reads the reasons, nothing may be missing.

/**
 * Whether this is continuous integration, by its variable `CI`: anything but nothing, 0 and false.
 *
 * @param {Readonly<Record<string, string | undefined>>} [env]
 * @returns {boolean}
 */
export function isContinuousIntegration(env = process.env) {
  return env.CI !== undefined && !['', '0', 'false'].includes(env.CI);
}
