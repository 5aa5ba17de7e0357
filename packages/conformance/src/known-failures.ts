// Known failures are data: what an engine cannot do is listed with its reason, and tolerances stay the same for all.

import type { Runtime } from './results.ts';

/** One entry: a test, or all tests whose ids start the same way, that a target is known to fail. */
export interface KnownFailure {
  /** The target's name. */
  readonly target: string;
  /** Where; absent means everywhere. */
  readonly runtime?: Runtime;
  /** A test's id; a trailing `*` stands for any ending. */
  readonly id: string;
  /** Why the engine cannot do better, in a sentence. */
  readonly reason: string;
  /** Where the engine's limit is documented or reported. */
  readonly link: string;
  /** The clause of SPEC.md that is not kept. */
  readonly clause: string;
  /** Covers an `error` (a crash, a hang, a broken protocol) beside a `fail`. */
  readonly errors?: true;
}

/** Where a test of a target ran. */
export interface TestPlace {
  /** The target's name. */
  readonly target: string;
  /** Where it ran. */
  readonly runtime: string;
  /** The test's id. */
  readonly id: string;
}

/** The entry that lists a test of a target, if there is one. Whether it covers what happened is for `errors` to say. */
export function findKnownFailure(known: readonly KnownFailure[], at: TestPlace): KnownFailure | undefined {
  return known.find((entry) => isAbout(entry, at) && lists(entry, at.id));
}

/**
 * The entries about a target that list none of its tests: a typo, or a test that has another id now.
 *
 * @param ids Of the whole suite: with a part of it, entries of other tests would seem stale.
 */
export function staleEntries(
  known: readonly KnownFailure[],
  at: Omit<TestPlace, 'id'>,
  ids: readonly string[],
): readonly KnownFailure[] {
  return known.filter((entry) => isAbout(entry, at) && !ids.some((id) => lists(entry, id)));
}

/**
 * Checks what a known-failures file holds.
 *
 * @param value Parsed JSON.
 * @throws {TypeError} naming the entry and the field that is missing, empty, unknown or of no use.
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
      if (field === 'runtime' && !runtimes.includes(fields[field])) {
        throw new TypeError(`known failures: /${index}/runtime is none of ${runtimes.join(', ')}`);
      }
      if (field === 'errors' && fields[field] !== true) {
        throw new TypeError(`known failures: /${index}/errors can only be true`);
      }
      if (!fieldNames.includes(field)) throw new TypeError(`known failures: /${index}/${field} is not expected`);
    }
  }
  return value as readonly KnownFailure[];
}

const required: readonly string[] = ['target', 'id', 'reason', 'link', 'clause'];
const fieldNames: readonly string[] = [...required, 'runtime', 'errors'];
const runtimes: readonly unknown[] = ['node', 'chromium', 'browser'] satisfies Runtime[];

function isAbout({ target, runtime }: KnownFailure, at: Omit<TestPlace, 'id'>): boolean {
  return target === at.target && (runtime === undefined || runtime === at.runtime);
}

function lists(entry: KnownFailure, id: string): boolean {
  return entry.id.endsWith('*') ? id.startsWith(entry.id.slice(0, -1)) : id === entry.id;
}
