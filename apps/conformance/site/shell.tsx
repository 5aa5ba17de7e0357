// The shell of the page: header, one of two views by the address's hash, footer.

import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** What the shell shows. */
export interface ShellProps {
  /** Makes the view at `#device`, when it is first asked for. Then it stays: a run goes on while the other is read. */
  readonly device: () => ComponentChildren;
  /** The same at `#understand`. */
  readonly understand: () => ComponentChildren;
  /** Stands in the footer. */
  readonly status?: ComponentChildren;
}

type ViewName = 'device' | 'understand';

const names: Readonly<Record<ViewName, string>> = { device: 'Your device', understand: 'Understand the loss' };

const viewNames = Object.keys(names) as ViewName[];

/** Header, the view that the hash names (`#device` without one), footer. A view may put more behind its name. */
export function Shell({ device, understand, status }: ShellProps): JSX.Element {
  const views = { device, understand };
  const view = useSignal<ViewName>(viewOf(location.hash));
  const seen = useRef(new Set<ViewName>());
  const main = useRef<HTMLElement>(null);
  seen.current.add(view.value);
  useEffect(() => {
    const change = () => {
      const next = viewOf(location.hash);
      if (next === view.value) return;
      // By the browser's own buttons the focus may be in the view that goes: there it would be lost.
      if (main.current?.contains(document.activeElement)) main.current.focus();
      view.value = next;
      scrollTo(0, 0);
    };
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, [view]);
  useEffect(() => {
    document.title = `${names[view.value]}: Equalization Loss`;
  }, [view.value]);
  return (
    <>
      {/* No link: the hash names the view. */}
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <div class="page">
          <p class="brand">
            eqloss <span class="quiet">Equalization Loss</span>
          </p>
          <nav aria-label="Views">
            {viewNames.map((name) => (
              <a key={name} href={`#${name}`} aria-current={view.value === name ? 'page' : undefined}>
                {names[name]}
              </a>
            ))}
          </nav>
        </div>
      </header>
      <main class="page" ref={main} tabIndex={-1}>
        {viewNames.map((name) => (
          <div key={name} hidden={view.value !== name}>
            {seen.current.has(name) && views[name]()}
          </div>
        ))}
      </main>
      <footer class="bottom">
        <div class="page">
          <p>Everything is computed on this device. Nothing is sent anywhere.</p>
          {status}
        </div>
      </footer>
    </>
  );
}

function viewOf(hash: string): ViewName {
  return /^#understand\b/.test(hash) ? 'understand' : 'device';
}
