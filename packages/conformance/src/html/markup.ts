// The pieces that the page is made of. Whatever comes from outside passes through `text`.

import { escapeText } from '../escape.ts';
import { labelOf, type TargetReport } from '../results.ts';

/** Markup; a plain text is not yet one. */
export type Markup = string;

/** Text as markup. */
export const text: (value: string, most?: number) => Markup = escapeText;

/** The name of a target within a line of text, which it cannot turn around. */
export function nameOf(report: Pick<TargetReport, 'target' | 'runtime'>): Markup {
  return `<bdi>${text(labelOf(report), 200)}</bdi>`;
}

/** A table whose first column heads its rows. It scrolls by itself where it is too wide; `label` must be unique. */
export function table(
  label: string,
  heads: readonly string[],
  rows: readonly (readonly Markup[])[],
  kind: string = '',
): Markup {
  const cells = ([first, ...rest]: readonly Markup[]) =>
    `<tr><th scope="row">${first}</th>${rest.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  return scrolling(
    label,
    `<table${kind && ` class="${kind}"`}>
<thead><tr>${heads.map((head) => `<th scope="col">${text(head)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(cells).join('\n')}
</tbody></table>`,
  );
}

/** What may be wider than the page: reached by keyboard, and scrolled alone. */
export function scrolling(label: string, content: Markup): Markup {
  return `<div class="scroll" role="group" aria-label="${text(label)}" tabindex="0">
${content}
</div>`;
}

/** Items as a list; nothing when there are none. */
export function list(items: readonly Markup[]): Markup {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

/** What is opened on demand. */
export function details(summary: Markup, content: Markup, open = false): Markup {
  return `<details${open ? ' open' : ''}><summary>${summary}</summary>
${content}
</details>`;
}

/** An address as a link when it is one of the web; anything else, `javascript:` above all, stays text. */
export function link(address: string): Markup {
  if (!isWeb(address)) return text(address);
  return `<a href="${text(address)}" rel="noopener noreferrer">${text(address)}</a>`;
}

/** Whether an address is written out with `http:` or `https:`, and short enough to be kept whole. */
function isWeb(address: string): boolean {
  return address.length <= 2000 && /^https?:\/\/[^\s\p{Cc}]+$/iu.test(address) && URL.canParse(address);
}
