// The view "Your device": what it has, whether every adapter is right on it, how fast, and which one to take.

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { CapabilityTable } from './capability-table.tsx';
import type { Device } from './device.ts';
import './device.css';
import { Failures } from './failures.tsx';
import { Matrix } from './matrix.tsx';
import { Progress } from './progress.tsx';
import { RecommendationSection } from './recommendation.tsx';
import { Reports } from './reports.tsx';
import { RunForm } from './run-form.tsx';
import type { State } from './state.ts';
import { Times } from './times.tsx';

/** The whole view. It begins to look around when it is shown. */
export function DeviceView({ device }: { readonly device: Device }): JSX.Element {
  const state = device.state.value;
  useEffect(() => {
    device.begin();
    return () => device.cancel();
  }, [device]);
  const { facts, targets } = state;
  return (
    <div class="device">
      <h1>Your device</h1>
      <p>
        Runs the conformance suite of Equalization Loss in this browser, times every adapter that passes, and says which
        one to take here.
      </p>
      {/* All at once, a moment later: so nothing moves when the lines of the table get their words. */}
      {facts ? <Sections device={device} facts={facts} targets={targets} /> : <p>Looking at this device …</p>}
      <p class="spoken" role="status">
        {state.announcement}
      </p>
    </div>
  );
}

function Sections({
  device,
  facts,
  targets,
}: { readonly device: Device } & Required<Pick<State, 'facts' | 'targets'>>): JSX.Element {
  const state = device.state.value;
  return (
    <>
      <section aria-labelledby="has">
        <h2 id="has">What it has</h2>
        <CapabilityTable facts={facts} targets={targets} />
      </section>
      <section aria-labelledby="run">
        <h2 id="run">Run</h2>
        <RunForm device={device} />
        <Progress state={state} />
      </section>
      <section aria-labelledby="conformance">
        <h2 id="conformance">Conformance</h2>
        <Matrix state={state} />
        <Failures state={state} />
        <Reports state={state} />
      </section>
      <section aria-labelledby="times">
        <h2 id="times">Times</h2>
        <Times state={state} />
      </section>
      <RecommendationSection state={state} />
    </>
  );
}
