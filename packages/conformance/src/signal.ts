// What tells that nobody waits any more.

/**
 * The runtime's own `AbortSignal`. Where the types of neither the DOM nor Node are there to describe one, the part of it that
 * the runner uses, so that the declarations need no `lib` beside that of the language.
 */
export type Signal = typeof globalThis extends { readonly AbortSignal: { readonly prototype: infer T } }
  ? T
  : SignalParts;

/** What of an `AbortSignal` the runner uses. */
export interface SignalParts {
  /** Whether it has happened. */
  readonly aborted: boolean;
  /** Why; of any kind. */
  readonly reason: unknown;
  /** Throws the reason, if there is one. */
  throwIfAborted(): void;
  /** Calls when it happens. */
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  /** Calls no more. */
  removeEventListener(type: 'abort', listener: () => void): void;
}
