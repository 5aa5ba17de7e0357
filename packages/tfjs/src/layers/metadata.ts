// The loss in a model's user-defined metadata: the only part of a saved model that survives beside layers and weights.

import { EqlError, type Gate } from '@eqloss/core';
import { refuseUnknown } from '../options-object.ts';
import { checkConfig, isDrawn, type LossConfig } from './config.ts';
import type { LayersLoss } from './loss.ts';
import { checkIsModel, type LossModel } from './model.ts';

/**
 * Writes a config into the model's metadata, beside what is there, and makes the metadata follow the step of the loss that
 * the model is compiled with, if it draws the same β.
 *
 * Takes functions out of the list of metrics that tfjs will save, too: it saves their names and cannot load them. What the
 * model computes stays.
 *
 * @throws {EqlError} as {@link checkConfig}; `UNSUPPORTED` for a drawn β with a tfjs that has its metadata elsewhere
 */
export function keepConfig(model: LossModel, config: LossConfig): void {
  const kept = toJson(checkConfig(config));
  model.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), [key]: kept });
  if (isDrawn(config.beta)) followStep(model);
  model.metrics = namedMetrics(model);
}

/** That of the `layersLoss` that a model is compiled with, if it is. */
export function runningConfig(model: LossModel): LossConfig | undefined {
  return (model.loss as Partial<LayersLoss> | null | undefined)?.config;
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
  checkIsModel(model);
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
/** Where tfjs has a model's metadata. */
const field = 'userDefinedMetadata';

/**
 * Makes a read of the metadata give the step of now. tfjs hands its field on to whatever saves the model: what it reads must be
 * an object of its own, since some handlers keep it as it is while the training goes on.
 */
function followStep(model: LossModel): void {
  const holder = model as unknown as { userDefinedMetadata?: unknown };
  let written = holder.userDefinedMetadata;
  if (written !== model.getUserDefinedMetadata() && !isFollowed(holder)) {
    throw new EqlError(
      'UNSUPPORTED',
      'this version of @tensorflow/tfjs-layers is not known: it would save a loss that repeats its draws.',
    );
  }
  Object.defineProperty(model, field, {
    configurable: true,
    enumerable: true,
    get: () => atStepOf(runningConfig(model), written),
    set: (metadata: unknown) => {
      written = metadata;
    },
  });
}

function isFollowed(holder: object): boolean {
  return Object.getOwnPropertyDescriptor(holder, field)?.get !== undefined;
}

/** The metadata, with the step of the loss that runs if it draws the same β. */
function atStepOf(running: LossConfig | undefined, metadata: unknown): unknown {
  const kept = isRecord(metadata) ? metadata[key] : undefined;
  const beta = isRecord(kept) ? kept.beta : undefined;
  const now = running?.beta;
  if (!isRecord(metadata) || !isRecord(kept) || !isRecord(beta) || !isDrawn(now)) return metadata;
  if (beta.gamma !== now.gamma || beta.seed !== now.seed) return metadata;
  return { ...metadata, [key]: { ...kept, beta: { ...beta, step: now.step } } };
}

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
