// The softmax form on webgl: reference and sum of parts of a row, then of the row, and its loss. SPEC X2, X3.

import { HIGHEST, LOWEST } from './formulas.ts';
import { answersAndWeights, formText, inBlock, ROW_PAIR, rowPairText } from './glsl.ts';
import { addedTo } from './language.ts';
import { type Cut, within } from './parts.ts';
import type { Variant } from './variant.ts';

/**
 * Texels that a pair of rows has for its parts: one of reference and sum for each part, then, for target rows, one of Σ y (n - z)
 * and Σ y for each.
 */
export function texelsOf({ parts }: Cut, { soft }: Variant): number {
  return soft ? 2 * parts : parts;
}

/** The program of the parts. */
export function partText(rows: number, classes: number, cut: Cut, variant: Variant): string {
  const { parts, width } = cut;
  const guard = within(classes, cut);
  const added = (into: string, each: string) =>
    addedTo(into, width / 2, `${each}At(i, first + 2 * k, labels, kept, reference)`, guard, 'vec2');
  const level = 'reference = max(reference, levelsAt(i, first + 2 * k, labels, kept));';
  const spoiler = 'spoiled = max(spoiled, spoilersAt(i, first + 2 * k, labels, kept));';
  const pulls = `
      vec2 pulled = vec2(0.);
      vec2 masses = vec2(0.);
${added('pulled', 'pulls')}
${added('masses', 'masses')}
      setOutput(vec4(pulled.x, masses.x, pulled.y, masses.y));`;
  return `${entryText(rows, classes, variant)}
vec2 levelsAt(int i, int j, ivec2 labels, vec2 kept) {
  vec4 z = getZ(i, j);
  vec4 w = weightsAt(i, j, answersAt(i, j, labels), kept, kept);
  vec4 level = vec4(${inBlock((c) => `levelOf(z.${c}, w.${c})`)});
  return max(level.xz, level.yw);
}
vec2 spoilersAt(int i, int j, ivec2 labels, vec2 kept) {
  vec4 z = getZ(i, j);
  vec4 w = weightsAt(i, j, answersAt(i, j, labels), kept, kept);
  vec4 spoiler = vec4(${inBlock((c) => `spoilerOf(z.${c}, w.${c})`)});
  return max(spoiler.xz, spoiler.yw);
}
${pairText('terms', (c, r) => `termOf(z.${c}, w.${c}, reference.${r})`)}
${variant.soft ? pairText('pulls', (c, r) => `choose(w.${c} == 0., 0., pullOf(z.${c}, y.${c}, reference.${r}))`) : ''}
${variant.soft ? pairText('masses', (c) => `choose(w.${c} == 0., 0., y.${c})`) : ''}
void main() {
  ivec2 at = getOutputCoords();
  int i = at.x;
  int part = at.y / 2;
  bool pulls = part >= ${parts};
  part -= pulls ? ${parts} : 0;
  int first = part * ${width};
${ROW_PAIR}
  vec2 reference = vec2(${LOWEST});
  setOutput(vec4(0.));
  if (kept.x + kept.y > 0.) {
    for (int k = 0; k < ${width / 2}; k++) {
      ${guard === '' ? level : `if (${guard}) { ${level} }`}
    }
    vec2 spoiled = vec2(0.);
    if (max(reference.x, reference.y) >= ${HIGHEST}) {
      for (int k = 0; k < ${width / 2}; k++) {
        ${guard === '' ? spoiler : `if (${guard}) { ${spoiler} }`}
      }
    }
${variant.half ? roundedForHalf(classes) : ''}
    if (!pulls) {
      vec2 s = vec2(0.);
${added('s', 'terms')}
      s = vec2(choose(spoiled.x > 0., notANumber(), s.x), choose(spoiled.y > 0., notANumber(), s.y));
      setOutput(vec4(reference.x, s.x, reference.y, s.y));
    }
${variant.soft ? `if (pulls) {${pulls}}` : ''}
  }
}`;
}

/** The program that makes `stats` of the parts. */
export function mergeText(rows: number, classes: number, { parts }: Cut, variant: Variant): string {
  // What is read of an excluded label, in a row that is out, is not used.
  const own = `
    int l = labels.x < 0 ? 0 : labels.x;
    int m = labels.y < 0 ? 0 : labels.y;
    vec4 upper = getZ(i, l - imod(l, 2));
    vec4 lower = getZ(i, m - imod(m, 2));
    pulled = reference - vec2(choose(imod(l, 2) == 0, upper.x, upper.y), choose(imod(m, 2) == 0, lower.z, lower.w));`;
  const pulled = variant.soft ? addedTo('pulled', parts, 'pullsAt(i, 2 * k, reference)', '', 'vec2') : own;
  const pull = (r: string, c: string, d: string) =>
    `choose(pull.${d} > 0., pull.${c} + pull.${d} * (reference.${r} - part.${c}), 0.)`;
  const term = (r: string, c: string, d: string) =>
    `choose(reference.${r} - part.${c} > 104., 0., part.${d} * decayWhole(reference.${r} - part.${c}))`;
  const pullsText = `
vec2 pullsAt(int i, int j, vec2 reference) {
  vec4 part = getParted(i, j);
  vec4 pull = getParted(i, ${2 * parts} + j);
  return vec2(${pull('x', 'x', 'y')}, ${pull('y', 'z', 'w')});
}`;
  return `${entryText(rows, classes, variant)}
vec2 termsAt(int i, int j, vec2 reference) {
  vec4 part = getParted(i, j);
  return vec2(${term('x', 'x', 'y')}, ${term('y', 'z', 'w')});
}
${variant.soft ? pullsText : ''}
void main() {
  ivec2 at = getOutputCoords();
  int i = at.x;
${ROW_PAIR}
  vec2 reference = vec2(${LOWEST});
  for (int k = 0; k < ${parts}; k++) { reference = max(reference, getParted(i, 2 * k).xz); }
  vec2 s = vec2(0.);
${addedTo('s', parts, 'termsAt(i, 2 * k, reference)', '', 'vec2')}
  if (at.y == 0) {
    setOutput(vec4(reference.x, s.x, reference.y, s.y));
  } else {
    vec2 pulled = vec2(0.);
${pulled}
    vec2 loss = vec2(softmaxLoss(s.x, pulled.x, mass.x), softmaxLoss(s.y, pulled.y, mass.y));
    setOutput(vec4(choose(kept.x > 0., weights.x * loss.x, 0.), 0., choose(kept.y > 0., weights.y * loss.y, 0.), 0.));
  }
}`;
}

function entryText(rows: number, classes: number, variant: Variant): string {
  return `${formText(variant)}
${rowPairText(rows, variant)}
${answersAndWeights(classes, variant)}`;
}

/** A function that adds the two entries of each row of a block. */
function pairText(name: string, each: (component: string, row: string) => string): string {
  return `
vec2 ${name}At(int i, int j, ivec2 labels, vec2 kept, vec2 reference) {
  vec4 z = getZ(i, j);
  vec4 y = answersAt(i, j, labels);
  vec4 w = weightsAt(i, j, y, kept, kept);
  vec4 each = vec4(${inBlock(each)});
  return each.xz + each.yw;
}`;
}

// Half floats hold whole numbers up to 2048, then multiples of 2, 4 and 8. And s, up to e times the classes, must stay in their
// range as well as 1 does.
function roundedForHalf(classes: number): string {
  const each = (c: string) => `choose(abs(reference.${c}) < 2048., reference.${c}, ceil(reference.${c} / 8.) * 8.)`;
  return `
    reference += ${Math.floor(Math.log(classes) / 2)}.;
    reference = vec2(${each('x')}, ${each('y')});`;
}
