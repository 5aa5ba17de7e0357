// What the READMEs promise: their `ts` snippets, and the output that `// prints: …` comments announce.

import { readFileSync } from 'node:fs';

/** A runnable example of a README. */
export interface Snippet {
  readonly code: string;
  /** The announced lines, in order. */
  readonly prints: readonly string[];
}

/** Every fenced `ts` block of a Markdown file. */
export function snippetsOf(path: string): Snippet[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => ({
    code,
    prints: [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => line.trim()),
  }));
}

/** Every fenced block that starts with the comment `// NAME.js`: a file that the examples beside it use. */
export function filesOf(path: string): { readonly name: string; readonly code: string }[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^```js\n(\/\/ (\S+\.js)\n[\s\S]*?)^```$/gm)].map(([, code, name]) => ({ name, code }));
}
