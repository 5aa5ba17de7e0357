// Known failures are data: what an engine cannot do is listed with its reason, and tolerances stay the same for all.

/** One entry: a test, or all tests whose ids start the same way, that a target is known to fail. */
export interface KnownFailure {
  readonly target: string;
  /** Where; absent means everywhere. */
  readonly runtime?: string;
  /** A test's id; a trailing `*` stands for any ending. */
  readonly id: string;
  readonly reason: string;
  /** Where the engine's limit is documented or reported. */
  readonly link: string;
  /** The clause of SPEC.md that is not kept. */
  readonly clause: string;
}

/** The entry that covers a test of a target, if there is one. */
export function findKnownFailure(
  known: readonly KnownFailure[],
  at: { readonly target: string; readonly runtime: string; readonly id: string },
): KnownFailure | undefined {
  return known.find(
    (entry) =>
      entry.target === at.target &&
      (entry.runtime === undefined || entry.runtime === at.runtime) &&
      (entry.id.endsWith('*') ? at.id.startsWith(entry.id.slice(0, -1)) : at.id === entry.id),
  );
}

/**
 * Checks what a known-failures file holds.
 *
 * @param value Parsed JSON.
 * @throws {TypeError} naming the entry and the field that is missing, empty or unknown.
 */
export function checkKnownFailures(value: unknown): readonly KnownFailure[] {
  if (!Array.isArray(value)) throw new TypeError('known failures: an array of entries is wanted');
  for (const [index, entry] of value.entries()) {
    if (typeof entry !== 'object' || entry === null) throw new TypeError(`known failures: /${index} is no object`);
    const fields = entry as Readonly<Record<string, unknown>>;
    for (const field of required) {
      const text = fields[field];
      if (typeof text !== 'string' || text === '') throw new TypeError(`known failures: /${index}/${field} is no text`);
    }
    for (const field of Object.keys(fields)) {
      if (field === 'runtime' && typeof fields[field] === 'string') continue;
      if (!required.includes(field)) throw new TypeError(`known failures: /${index}/${field} is not expected`);
    }
  }
  return value as readonly KnownFailure[];
}

const required: readonly string[] = ['target', 'id', 'reason', 'link', 'clause'];
