// A vector explained: what it catches, what SPEC.md says of it, and its formula worked through with its numbers.

import { decodeTensor, decodeTest } from '../decode.ts';
import type { EncodedExpected, EncodedTest, Group } from '../format.ts';
import { type Arithmetic, createArithmetic } from '../oracle/arithmetic.ts';
import { batchOf } from '../oracle/batch.ts';
import { evaluate, type OracleResult } from '../oracle/oracle.ts';
import { clauseOf } from '../spec.ts';
import type { SuiteTest } from '../suite.ts';
import type { DecodedTest } from '../target.ts';
import { wrap } from '../terminal.ts';
import { badInput } from './bad-input.ts';
import { inputWords } from './inputs.ts';
import { digitsOf, inputOf, withBits } from './numbers.ts';
import { rowWords } from './rows.ts';

/** An explanation: the text, and what its numbers come to. */
export interface Explanation {
  readonly text: string;
  /** The results of the working, as doubles; absent for a test that expects an error. */
  readonly outputs?: { readonly loss?: number; readonly rowLosses: Float64Array; readonly gradient: Float64Array };
}

/** What an explanation is made from, beside the vector. */
export interface ExplainOptions {
  /** The text of SPEC.md. */
  readonly spec: string;
  /** Width to fit; default 80. */
  readonly columns?: number;
  /** To share what it remembers between many. */
  readonly math?: Arithmetic;
}

/** Explains one vector. Every number comes from the oracle, and is cut, never rounded, after ten digits. */
export function explainTest(found: SuiteTest & { readonly group: Group }, options: ExplainOptions): Explanation {
  const { spec, columns = 80, math = createArithmetic() } = options;
  const { test, form } = found;
  const decoded = decodeTest(test, 'float64', form);
  const lines: string[] = [test.id, ...wrap(test.comment, columns, '  ')];
  const section = (title: string, entries: readonly string[]): void => {
    lines.push('', title, ...entries.flatMap((entry) => indented(entry, columns)));
  };
  section(
    'What it catches',
    Object.entries(found.catches).map(([flag, catches]) => `${flag}: ${catches}`),
  );
  section(
    'What SPEC.md says',
    found.clauses.map((clause) => `${clause}  ${clauseOf(spec, clause) ?? ''}`),
  );
  if ('error' in test.expected) {
    section('Inputs', inputWords(math, decoded, test.dtypes));
    section('What is wrong', errorWords(decoded, test.expected.error));
    return { text: `${lines.join('\n')}\n` };
  }
  const result = evaluate(math, batchOf(decoded));
  section('Inputs', [...inputWords(math, decoded, test.dtypes, result.steps.tail), ...drawWords(test)]);
  for (const { title, words } of rowWords(math, decoded, result)) section(title, words);
  section('Loss', lossWords(math, decoded, result));
  const outputs = {
    ...(result.loss && { loss: math.toDouble(result.loss) }),
    rowLosses: Float64Array.from(result.rowLosses, math.toDouble),
    gradient: Float64Array.from(result.gradient, math.toDouble),
  };
  section('What passes', toleranceWords(found));
  section('Where it comes from', sourceWords(found.group));
  const differing = differences(outputs, test.expected);
  if (differing.length > 0) section('Beware', [`the vector file expects something else for ${differing.join(', ')}`]);
  return { text: `${lines.join('\n')}\n`, outputs };
}

function drawWords({ inputs: { draw } }: EncodedTest): string[] {
  if (!draw) return [];
  const { gamma, seed, step, rowOffset } = draw;
  return [`β was drawn with γ ${gamma}, seed ${seed}, step ${step}, rows from ${rowOffset} on (X5)`];
}

/** Breaks an entry into lines; its leading spaces hold for all of them. */
function indented(entry: string, columns: number): string[] {
  const indent = `  ${/^ */.exec(entry)?.[0]}`;
  return wrap(entry.trimStart(), columns, indent, `${indent}    `);
}

function errorWords(test: DecodedTest, code: string): string[] {
  const found = badInput(test, code);
  return [
    ...(found ? [found] : []),
    `expected: { error: "${code}" }, before any work is done; another code, or outputs, is a failure`,
  ];
}

function lossWords(math: Arithmetic, { options }: DecodedTest, { loss, rowLosses, steps }: OracleResult): string[] {
  if (!loss) return ['none: reduction none returns row losses, and the gradient is that of their sum (R1, R5)'];
  const sum = rowLosses.reduce((total, value) => total.plus(value), math.exact(0));
  const value = withBits(math.toDouble(loss));
  if (options.reduction === 'sum') return [`loss = Σ row losses = ${value} (R1)`];
  const ignored = steps.rows.filter((row) => 'out' in row && row.out === 'ignored').length;
  const counted = rowLosses.length - ignored;
  const divisor =
    options.normalizer !== undefined
      ? 'the normalizer in place of the number of rows (R2)'
      : counted === 0
        ? 'no row is counted, and the sum is 0 (R4)'
        : `${counted} row${counted === 1 ? '' : 's'}${ignored > 0 ? `, ${ignored} ignored not counted` : ''}; never by C or by weights (R1)`;
  return [
    `divisor = ${inputOf(steps.divisor)}: ${divisor}`,
    `loss = Σ row losses / divisor = ${digitsOf(sum)} / ${inputOf(steps.divisor)} = ${value}`,
  ];
}

function toleranceWords({ tolerances, test, group }: SuiteTest & { readonly group: Group }): string[] {
  const lines = test.dtypes.flatMap((dtype) => {
    const { loss, rowLosses, gradient } = tolerances[dtype];
    const same = loss.abs === rowLosses.abs && loss.rel === rowLosses.rel;
    const words = ({ abs, rel }: { abs: number; rel: number }) =>
      `abs ${abs.toExponential()}, rel ${rel.toExponential()}`;
    return [
      `${dtype}: ${same ? `losses ${words(loss)}` : `loss ${words(loss)}; rowLosses ${words(rowLosses)}`}; gradient ${words(gradient)}`,
    ];
  });
  return [
    '|actual - expected| <= max(abs, rel |expected|, spacing of the numbers there), for each element (N4)',
    ...lines,
    `group: ${group.name}`,
  ];
}

function sourceWords({ source }: Group): string[] {
  const { oracle, version, digits, seed, provenance } = source;
  return [`${oracle} ${version}, ${digits} digits, seed ${seed}`, ...(provenance ? [provenance] : [])];
}

function differences(
  outputs: NonNullable<Explanation['outputs']>,
  expected: Exclude<EncodedExpected, { readonly error: string }>,
): string[] {
  const names = ['loss', 'rowLosses', 'gradient'] as const;
  return names.filter((name) => {
    const own = name === 'loss' ? (outputs.loss === undefined ? [] : [outputs.loss]) : outputs[name];
    const tensor = expected[name];
    const wanted = tensor ? decodeTensor(tensor).data : [];
    return own.length !== wanted.length || Array.from(own).some((value, at) => !Object.is(value, wanted[at] + 0));
  });
}
