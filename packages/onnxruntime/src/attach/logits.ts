// Chooses the logits: the caller's choice, or the only candidate.

import { EqlError } from '@eqloss/core';
import { type Candidate, candidatesOf, namedCandidate } from './candidates.ts';
import type { ModelOutline } from './outline.ts';

/** What the caller says about the logits. */
export interface LogitsChoice {
  /** Name of the value that holds the logits. */
  readonly logits?: string;
  /** Name of the graph output to walk back from. */
  readonly output?: string;
}

/**
 * The logits that the caller means.
 *
 * @throws {EqlError} `UNSUPPORTED` for a choice of both kinds; `MODEL` when there is no such value, no usable one, or
 * several without a choice.
 */
export function chooseLogits(model: ModelOutline, skip: ReadonlySet<string>, choice: LogitsChoice): Candidate {
  const { logits, output } = choice;
  for (const [name, value] of Object.entries({ logits, output })) {
    if (value !== undefined && typeof value !== 'string') {
      throw new EqlError('UNSUPPORTED', `${name} is ${String(value)}; wanted the name of a value.`);
    }
  }
  if (logits !== undefined && output !== undefined) {
    throw new EqlError('UNSUPPORTED', 'logits and output both came; one of them says where the logits are.');
  }
  const all = candidatesOf(model, skip);
  if (logits !== undefined) return usable(all.find((each) => each.logits === logits) ?? namedCandidate(model, logits));
  if (output !== undefined) {
    const found = all.find((each) => each.output === output);
    if (found === undefined) {
      throw new EqlError(
        'MODEL',
        `the model has no output ${output}; it has ${listOf(all.map((each) => each.output))}.`,
      );
    }
    return usable(found);
  }
  // Logits and their softmax may both be outputs: one candidate.
  const good = new Map(all.filter((each) => each.problem === undefined).map((each) => [each.logits, each]));
  if (good.size === 0) {
    const reasons = all.map((each) => `${each.output}: ${each.problem}`);
    throw new EqlError('MODEL', `no output leads to logits (${listOf(reasons)}); name the value with logits.`);
  }
  if (good.size > 1) {
    const found = [...good.values()].map((each) => `${each.logits} (output ${each.output})`);
    throw new EqlError('MODEL', `several values may be the logits: ${listOf(found)}; choose with logits or output.`);
  }
  return [...good.values()][0];
}

function usable(found: Candidate): Candidate {
  if (found.problem === undefined) return found;
  throw new EqlError('MODEL', `${found.logits} cannot be the logits: ${found.problem}.`);
}

/** At most ten, so that a message stays one. */
function listOf(items: readonly (string | undefined)[]): string {
  if (items.length === 0) return 'none';
  return items.slice(0, 10).join(', ') + (items.length > 10 ? `, and ${items.length - 10} more` : '');
}
