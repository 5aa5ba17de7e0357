// The loss in a model's user-defined metadata: the only part of a saved model that survives beside layers and weights.

import { EqlError, type Gate } from '@eqloss/core';
import { checkConfig, type LossConfig, refuseUnknown } from './config.ts';
import type { LossModel } from './model.ts';

/**
 * Writes a config into the model's metadata, beside what is there. A drawn β is written with its `step`.
 *
 * Takes functions out of the list of metrics that tfjs will save, too: it saves their names and cannot load them. What the
 * model computes stays.
 *
 * @throws {EqlError} as {@link checkConfig}
 */
export function keepConfig(model: LossModel, config: LossConfig): void {
  const kept = toJson(checkConfig(config));
  model.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), [key]: kept });
  model.metrics = namedMetrics(model);
}

/** The metrics of the model that are names, and so survive being saved. */
export function namedMetrics({ metrics }: LossModel): string[] {
  const list = Array.isArray(metrics) ? metrics : [metrics];
  return list.filter((metric) => typeof metric === 'string');
}

/**
 * Reads the config out of the model's metadata.
 *
 * @throws {EqlError} `UNSUPPORTED` when there is none, or it is of another version or not as it was written; and as
 * {@link checkConfig}.
 */
export function readConfig(model: LossModel): LossConfig {
  const metadata = model.getUserDefinedMetadata() as Readonly<Record<string, unknown>> | undefined;
  const kept = metadata?.[key];
  if (kept === undefined) {
    throw new EqlError(
      'UNSUPPORTED',
      `the model's metadata has no ${key}; call saveLossConfig before model.save, or compile with compileLoss.`,
    );
  }
  return fromJson(kept);
}

const key = 'eqloss';
const version = 1;

function toJson({ form, gate, labels, beta }: LossConfig): object {
  const { classes, threshold } = gate;
  const json: Record<string, unknown> = { version, form, gate: { classes, threshold, tail: toHex(gate.tail) } };
  // tfjs takes no undefined here.
  if (labels !== undefined) json.labels = labels;
  if (beta !== undefined) json.beta = beta;
  return json;
}

function fromJson(kept: unknown): LossConfig {
  if (!isRecord(kept)) throw notAsWritten('it');
  if (kept.version !== version) {
    throw new EqlError(
      'UNSUPPORTED',
      `the model's loss was kept in version ${String(kept.version)}; this package reads ${version}.`,
    );
  }
  refuseUnknown(`${key} in the model's metadata`, kept, ['version', 'form', 'gate', 'labels', 'beta']);
  const { version: _, gate, ...rest } = kept;
  return checkConfig({ ...rest, gate: gateOf(gate) } as LossConfig);
}

function gateOf(gate: unknown): Gate {
  if (!isRecord(gate)) throw notAsWritten('gate');
  const { classes, threshold, tail } = gate;
  if (!(typeof classes === 'number' && Number.isInteger(classes) && classes > 0)) throw notAsWritten('gate.classes');
  if (!(typeof threshold === 'number' && Number.isFinite(threshold) && threshold >= 0)) {
    throw notAsWritten('gate.threshold');
  }
  if (!(typeof tail === 'string' && tail.length === Math.ceil(classes / 4) && /^[0-9a-f]*$/.test(tail))) {
    throw notAsWritten('gate.tail');
  }
  const mask = Uint8Array.from({ length: classes }, (_, j) => (Number.parseInt(tail[j >> 2], 16) >> (j & 3)) & 1);
  // Bits beyond the last class are 0.
  if (toHex(mask) !== tail) throw notAsWritten('gate.tail');
  return { classes, threshold, tail: mask };
}

/** Four classes a digit; class j is bit `j mod 4` of digit `floor(j / 4)`. */
function toHex(tail: Uint8Array): string {
  const digits = new Uint8Array(Math.ceil(tail.length / 4));
  tail.forEach((t, j) => {
    digits[j >> 2] |= t << (j & 3);
  });
  return Array.from(digits, (digit) => digit.toString(16)).join('');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notAsWritten(what: string): EqlError {
  return new EqlError('UNSUPPORTED', `${what} under ${key} in the model's metadata is not as saveLossConfig wrote it.`);
}
