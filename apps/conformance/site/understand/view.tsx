// The second view. Its place is kept here until it is merged.

import type { JSX } from 'preact';

export function UnderstandView(): JSX.Element {
  return <h1>Understand the loss</h1>;
}
