// What a model is, in lines for people.

import type { LogitsDescription, ModelInfo, ValueDescription } from '../attach/inspect.ts';
import type { AttachedLoss } from '../attach/notes.ts';

/** A model in a few lines. */
export function describeModel(path: string, info: ModelInfo): string {
  const { initializers } = info;
  const opsets = Object.entries(info.opsets).map(([domain, version]) => `${shown(domain || 'opset')} ${version}`);
  const lines = [
    `${path}: ${[`IR version ${info.irVersion}`, ...opsets].join(', ')}${info.producer && `, from ${shown(info.producer)}`}`,
    ...section('inputs', info.inputs.map(describeValue)),
    ...section('outputs', info.outputs.map(describeValue)),
    `nodes: ${info.nodes}; initializers: ${initializers.count}, ${initializers.bytes} bytes`,
    ...section('weights in other files', initializers.externalFiles.map(shown)),
    ...section('functions', info.functions.map(shown)),
    ...section('logits', info.logits.map(describeLogits)),
  ];
  if (info.losses.length > 0) lines.push(describeLosses(info.losses));
  return `${lines.join('\n')}\n`;
}

/** Losses that a model carries, with the names to feed and to fetch. */
export function describeLosses(losses: readonly AttachedLoss[]): string {
  return losses
    .map(({ loss, logits, inputs, outputs }) => {
      const names = (record: AttachedLoss['inputs']): string => Object.values(record).map(shown).join(', ');
      return `${loss.form} loss of ${shown(logits)}\n  feed  ${names(inputs)}\n  fetch ${names(outputs)}`;
    })
    .join('\n');
}

/** Text of a file for a terminal: what is not plain is quoted, so that no escape sequence gets through. */
export function shown(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f-\u009f]/.test(text) ? JSON.stringify(text).replaceAll(/[\u007f-\u009f]/g, '?') : text;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function describeValue({ name, type, shape }: ValueDescription): string {
  const sizes = shape === null ? 'any shape' : `[${shape.map((size) => shown(String(size ?? '?'))).join(', ')}]`;
  return `${shown(name)}: ${type} ${sizes}`;
}

function describeLogits(logits: LogitsDescription): string {
  const { output, through, madeBy, use, problem } = logits;
  const way = through.length === 0 ? 'itself an output' : `${shown(output)} is their ${[...through].join(' of ')}`;
  const verdict = {
    attach: 'a loss can be attached',
    expose: `expose them: ${problem}`,
    none: `no logits: ${problem}`,
  };
  return `${describeValue(logits)}, ${way}${madeBy === null ? '' : `, made by ${shown(madeBy)}`}; ${verdict[use]}`;
}
