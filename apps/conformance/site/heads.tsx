// The first line of a table: one heading a column.

import type { JSX } from 'preact';

/** A `thead` with these words, in order. */
export function Heads({ words }: { readonly words: readonly string[] }): JSX.Element {
  return (
    <thead>
      <tr>
        {words.map((word) => (
          <th scope="col" key={word}>
            {word}
          </th>
        ))}
      </tr>
    </thead>
  );
}
