// Arguments to a model that is read, and perhaps written again; an exit code.

import { dirname, resolve } from 'node:path';
import { diagnose, EqlError } from '@eqloss/core';
import { attachLoss } from '../attach/attach.ts';
import { exposeLogits } from '../attach/expose.ts';
import { inspectModel } from '../attach/inspect.ts';
import { readArguments, UsageError, usage, type Wishes } from './arguments.ts';
import { describeLosses, describeModel, shown } from './describe.ts';
import { checkTarget, FileError, readModelFile, writeNew } from './files.ts';
import { gateOf } from './gate.ts';

/** Where text goes. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/**
 * Runs the command `eqloss-onnx`.
 *
 * @param args Without node and the script.
 * @returns The exit code: 0 done; 1 the model, the counts or a file will not do; 2 wrong usage. One line on `err` says what.
 */
export function main(args: readonly string[], { out, err }: Streams): number {
  try {
    const wishes = readArguments(args);
    if (wishes === 'help') {
      out(usage);
      return 0;
    }
    if (wishes.command === 'inspect') inspect(wishes, out);
    else change(wishes, err);
    return 0;
  } catch (error) {
    if (!(error instanceof EqlError || error instanceof UsageError || error instanceof FileError)) throw error;
    err(`eqloss-onnx: ${shown(error.message)}\n`);
    if (!(error instanceof UsageError)) return 1;
    err('eqloss-onnx: --help tells how\n');
    return 2;
  }
}

function inspect({ model, json }: Wishes, out: Streams['out']): void {
  const info = inspectModel(readModelFile(model));
  out(json ? `${JSON.stringify(info, undefined, 2)}\n` : describeModel(model, info));
}

function change(wishes: Wishes, err: Streams['err']): void {
  const { model, target, force } = wishes;
  // Before any work: a name that is taken, or no place to write.
  checkTarget(target, force);
  const bytes = readModelFile(model);
  const say = (line: string): void => err(`${line}\n`);
  let result: Uint8Array;
  if (wishes.command === 'attach') {
    const { options, beta } = wishes;
    const tail = wishes.gate && gateOf(wishes.gate, say);
    result = attachLoss(bytes, { ...options, constants: { gate: tail?.gate, beta } });
    if (tail !== undefined) for (const { message } of diagnose({ ...tail, form: options.form, beta })) say(message);
    say(describeLosses(inspectModel(result).losses.slice(-1)));
  } else {
    result = exposeLogits(bytes, wishes.choice);
    if (result === bytes) say('the logits are an output already; nothing was added');
    else say(`added the output ${shown(inspectModel(result).outputs.at(-1)!.name)}`);
  }
  writeNew(target, result, force);
  const { externalFiles } = inspectModel(result).initializers;
  if (externalFiles.length > 0 && dirname(resolve(model)) !== dirname(resolve(target))) {
    say(`weights lie beside the model and were not copied: ${externalFiles.map(shown).join(', ')}`);
  }
}
