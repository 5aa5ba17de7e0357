// Messages against schema/messages.schema.json, in both directions. Node only.

import { readFile } from 'node:fs/promises';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { nameOfRequest, type Request } from './messages.ts';

/** Holds messages to their schema. Both functions throw an Error that names the place and what is there. */
export interface MessageCheck {
  /** What the runner is about to send. */
  request(message: Request): void;
  /** What came back. */
  reply(message: Request, reply: unknown): void;
}

/** Replies by the message that they may answer. */
const REPLIES: Readonly<Record<Request['type'], readonly string[]>> = {
  start: ['started', 'unavailable', 'failed'],
  run: ['outcome', 'failed'],
  stop: ['stopped', 'failed'],
};

/** Reads the schemas and makes the check. */
export async function createMessageCheck(): Promise<MessageCheck> {
  const [vectors, messages] = await Promise.all(['vectors', 'messages'].map(readSchema));
  const ajv = new Ajv2020({ strict: true, verbose: true }).addSchema(vectors).addSchema(messages);
  const check = (what: string, type: string, message: unknown): void => {
    const validate = ajv.getSchema(`${messages.$id}#/$defs/${type}`);
    if (!validate) throw new Error(`the schema has no ${type}`);
    const problem = problemOf(validate, message);
    if (problem) throw new Error(`${what} breaks the schema at ${problem}`);
  };
  return {
    request: (message) => check(`the runner's own message ${nameOfRequest(message)}`, message.type, message),
    reply(message, reply) {
      const what = `the reply to ${nameOfRequest(message)}${message.type === 'run' ? ',' : ''}`;
      const type = (reply as { readonly type?: unknown } | null)?.type;
      const types = REPLIES[message.type];
      if (typeof type !== 'string' || !types.includes(type)) {
        throw new Error(`${what} breaks the schema at /type: must be ${types.join(' or ')} (got ${show(type)})`);
      }
      check(what, type, reply);
    },
  };
}

async function readSchema(name: string): Promise<{ readonly $id: string }> {
  return JSON.parse(await readFile(new URL(`../schema/${name}.schema.json`, import.meta.url), 'utf8'));
}

function problemOf(validate: ValidateFunction, message: unknown): string | undefined {
  try {
    return validate(message) ? undefined : violation((validate.errors as ErrorObject[])[0]);
  } catch (error) {
    // Lists in lists, deeper than the stack.
    if (error instanceof RangeError) return '/: it is nested too deep';
    throw error;
  }
}

function violation({ instancePath, keyword, message, params, data }: ErrorObject): string {
  const path = instancePath || '/';
  if (keyword === 'required') return `${path}: ${message}`;
  if (keyword === 'additionalProperties') return `${path}: ${params.additionalProperty} is not expected here`;
  if (keyword === 'false schema') return `${path}: is not expected here`;
  if (keyword === 'enum') return `${path}: must be one of ${params.allowedValues.join(', ')} (got ${show(data)})`;
  if (keyword === 'const') return `${path}: must be ${JSON.stringify(params.allowedValue)} (got ${show(data)})`;
  return `${path}: ${message} (got ${show(data)})`;
}

/** A value in few characters: it may be a whole tensor. */
function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `a list of ${value.length}`;
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'object' && value !== null) return `an object with ${Object.keys(value).slice(0, 8).join(', ')}`;
  return String(value);
}
