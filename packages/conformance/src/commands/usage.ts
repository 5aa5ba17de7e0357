// Wrong usage, told apart from what goes wrong later: exit code 2 instead of 1.

/** What is wrong before anything was run or written. Its words are for whoever typed the command. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Does what comes before a command's work. Whatever goes wrong in it is wrong usage. */
export async function beforehand<T>(prepare: () => T | Promise<T>): Promise<T> {
  try {
    return await prepare();
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(wordsOf(error));
  }
}

/** What an error says; of what is no error, its text. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
