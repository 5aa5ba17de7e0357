// What this device has, as a table.

import type { JSX } from 'preact';
import { type Capability, capabilitiesOf } from './capabilities.ts';
import type { State } from './state.ts';

/** One line for each capability: a word, never only a colour, and the reason where it is missing. */
export function CapabilityTable({ facts, targets }: Required<Pick<State, 'facts' | 'targets'>>): JSX.Element {
  const availability = Object.fromEntries(targets.map((target) => [target.name, target.availability]));
  return (
    <table class="capabilities">
      <thead>
        <tr>
          <th scope="col">Capability</th>
          <th scope="col">Here</th>
        </tr>
      </thead>
      <tbody>
        {capabilitiesOf(facts, availability).map(({ name, has, words }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              {has !== 'fact' && <span class={looks[has].class}>{looks[has].words} </span>}
              {words}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const looks: Readonly<Record<Exclude<Capability['has'], 'fact'>, { readonly class: string; readonly words: string }>> =
  {
    yes: { class: 'pass', words: '✓ yes:' },
    no: { class: 'open', words: '– no:' },
    software: { class: 'known', words: '~ software:' },
    unknown: { class: 'open', words: '…' },
  };
