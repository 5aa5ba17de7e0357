// The shell of the page: header, one of two views by the address's hash, footer.

import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** What the shell shows. */
export interface ShellProps {
  /** The view at `#device`: always there, so that a run goes on while the other view is read. */
  readonly device: ComponentChildren;
  /** Makes the view at `#understand`, when it is first asked for. */
  readonly understand: () => ComponentChildren;
  /** Stands in the footer. */
  readonly status?: ComponentChildren;
}

type ViewName = 'device' | 'understand';

const names: Readonly<Record<ViewName, string>> = { device: 'Your device', understand: 'Understand the loss' };

/** Header, the view that the hash names (`#device` without one), footer. A view may put more behind its name. */
export function Shell({ device, understand, status }: ShellProps): JSX.Element {
  const view = useSignal<ViewName>(viewOf(location.hash));
  const seen = useRef(false);
  const main = useRef<HTMLElement>(null);
  seen.current ||= view.value === 'understand';
  useEffect(() => {
    const change = () => {
      const next = viewOf(location.hash);
      if (next === view.value) return;
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
            {(Object.keys(names) as ViewName[]).map((name) => (
              <a key={name} href={`#${name}`} aria-current={view.value === name ? 'page' : undefined}>
                {names[name]}
              </a>
            ))}
          </nav>
        </div>
      </header>
      <main class="page" ref={main} tabIndex={-1}>
        <div hidden={view.value !== 'device'}>{device}</div>
        <div hidden={view.value !== 'understand'}>{seen.current && understand()}</div>
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
