// What programs for webgpu know of row i and of its entry j, and how a workgroup adds up. SPEC S1, X1, N1, R3.

import { DECAY, LOWEST, sigmoidText, softmaxText } from './formulas.ts';
import type { Divisor } from './fused.ts';
import { addedTo, WGSL_WORDS } from './language.ts';
import { LABEL, MASS, WEIGHT } from './rows.ts';
import { digitsOf, type Variant } from './variant.ts';

/** Invocations of a workgroup. */
export const GROUP = 64;

/**
 * Lanes: how many invocations share a row. Each takes every so manyth column. Few, so that a workgroup has several rows to meet
 * for at one barrier, unless rows are long. The number of rows must not matter: SPEC P1.
 */
export function lanesOf(columns: number): number {
  return columns <= 2048 ? 16 : GROUP;
}

/** Workgroups for rows of so many lanes. */
export function groupsOf(rows: number, lanes: number): number {
  return Math.ceil((rows * lanes) / GROUP);
}

/** Statements that tell where an invocation is: row i and its lane. There may be more invocations than rows need. */
export function inRow(lanes: number): string {
  return `
  i32 i = index / ${lanes};
  i32 lane = index % ${lanes};`;
}

/** Statements that read row i, and how many columns the lane has to do: none if the row is out, but all meet at barriers. */
export function ofRow(lanes: number): string {
  return `
  f32 weight = getInfo(i, ${WEIGHT});
  f32 mass = getInfo(i, ${MASS});
  i32 label = labelOf(i);
  bool isOut = !isBad(weight) && weight == 0.;
  i32 count = 0;
  if (i < uniforms.zShape.x && !isOut) { count = ${columnsOf(lanes, 'uniforms.zShape.y')}; }`;
}

/** How many of the columns a lane has to do. */
export function columnsOf(lanes: number, columns: string): string {
  return `(${columns} - lane + ${lanes - 1}) / ${lanes}`;
}

/** The formulas of the form; `labelOf(i)`; `answerAt(i, j, label)`: y; `weightAt(i, j, y, mass)`: w. */
export function entryText(variant: Variant): string {
  const { form, soft } = variant;
  return `${DECAY}
${form === 'sigmoid' ? sigmoidText(soft) : softmaxText(variant.tiny)}
i32 labelOf(i32 i) {
  return i32(getInfo(i, ${LABEL}));
}
f32 answerAt(i32 i, i32 j, i32 label) {
  return ${soft ? 'getY(i, j)' : 'choose(j == label, 1., 0.)'};
}
f32 weightAt(i32 i, i32 j, f32 y, f32 mass) {
  return ${form === 'sigmoid' ? 'weightOf(y, mass, getTail(0, j))' : softmaxWeight(variant)};
}`;
}

// A bad β makes its row NaN, whichever entry it is of: SPEC X1, X5.
function softmaxWeight({ weights, weightsPer, soft, half }: Variant): string {
  const at = { batch: '(0, 0)', class: '(0, j)', element: '(i, j)' }[weightsPer];
  if (weights === 'beta') return `weightOf(y, vOf(getBeta${at}, getTail(0, j)))`;
  const digits = digitsOf(half);
  const bit = `f32((u32(getBits(i, j / ${digits})) >> u32(j % ${digits})) & 1u)`;
  const v = weights === 'v' ? `getV${at}` : `1. - ${bit}`;
  return soft ? `weightOf(y, ${v})` : `max(y, ${v})`;
}

/** A function that adds up one value of each lane of a row. Call it once: what it shares is in use until the end. */
export function summed(name: string, lanes: number): string {
  return folded(name, lanes, '0.', addedTo('total', lanes, `${name}Of[base + k]`));
}

/** A function that gives the highest of one value of each lane of a row. Call it once. */
export function highest(name: string, lanes: number): string {
  const loop = `for (i32 k = 0; k < ${lanes}; k++) { total = max(total, ${name}Of[base + k]); }`;
  return folded(name, lanes, LOWEST, loop);
}

// One barrier, and every lane reads them all: a tree has six of them, and they are what costs on software GPUs.
function folded(name: string, lanes: number, start: string, loop: string): string {
  return `
var<workgroup> ${name}Of : array<f32, ${GROUP}>;
fn ${name}(value : f32) -> f32 {
  ${name}Of[localIndex] = value;
  workgroupBarrier();
  i32 base = i32(localIndex) / ${lanes} * ${lanes};
  f32 total = ${start};
  ${loop}
  return total;
}`;
}

/** What all programs have. */
export const SHARED: string = `${WGSL_WORDS}
fn notANumber() -> f32 {
  return uniforms.NAN;
}
fn opaque(x : f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x));
}
fn twoToMinus(k : f32) -> f32 {
  return bitcast<f32>(u32(127 - i32(k)) << 23u);
}
fn isBad(x : f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
`;

/** `divisorOf()`. */
export function divisorText(divisor: Divisor): string {
  const value = typeof divisor === 'number' ? 'uniforms.divisor' : 'getCount(0) * 1024. + getCount(1)';
  return `f32 divisorOf() {\n  return ${value};\n}`;
}
