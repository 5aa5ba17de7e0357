// One language for both kinds of shader: what GLSL and WGSL have in common, and a few words that each spells in its own way.
//
//     f32 name(f32 a, i32 b) { f32 c = 1.; for (i32 k = 0; k < 8; k++) { c += a; } return c; }
//
// GLSL takes it by macros. For WGSL functions and variables are written anew. Every block has braces, a parameter is never written
// to, and numbers are f32 with a point or i32 without. In place of `?:` there is choose(condition, a, b), which calculates
// both: branches, and returns out of them, are what costs on software GPUs.

/** The words of the language for GLSL. */
export const GLSL_WORDS = `#define f32 float
#define i32 int
#define choose(condition, a, b) ((condition) ? (a) : (b))
`;

/** The words of the language for WGSL. */
export const WGSL_WORDS = `
fn choose(condition : bool, a : f32, b : f32) -> f32 {
  return select(b, a, condition);
}
`;

/** The same text as WGSL. */
export function toWgsl(source: string): string {
  return source
    .replace(/^(f32|i32|bool) (\w+)\(([^()]*)\) \{/gm, (_, type: string, name: string, parameters: string) => {
      return `fn ${name}(${parameters.replace(/(f32|i32) (\w+)/g, '$2: $1')}) -> ${type} {`;
    })
    .replace(/\b(f32|i32|bool) (\w+) = /g, 'var $2: $1 = ');
}

/** A number as both languages read it: with a point or an exponent. */
export function literal(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.`;
}

/**
 * Statements that add `value`, an expression of `k`, over k in [0, count), to the variable `into`.
 *
 * In blocks of 8 of blocks of 8: added one after the other in single precision, 1000 equal terms, as a fresh head has them, are
 * rounded to the same side every time. All bounds are constants, as GLSL ES 1.00 wants them.
 *
 * @param count A whole number > 0.
 * @param guard What else must hold for a k that is added.
 * @param type What is added: `vec4` is GLSL's alone.
 */
export function addedTo(into: string, count: number, value: string, guard = '', type = 'f32'): string {
  const inner = Math.min(8, count);
  const middle = Math.min(8, Math.ceil(count / 8));
  const outer = Math.ceil(count / 64);
  const ragged = count > 8 && count % (middle * inner) !== 0 ? `k < ${count}` : '';
  const condition = [ragged, guard].filter((part) => part !== '').join(' && ');
  const add = `block += ${value};`;
  return `
  for (i32 a = 0; a < ${outer}; a++) {
    ${type} middle = ${type}(0.);
    for (i32 b = 0; b < ${middle}; b++) {
      ${type} block = ${type}(0.);
      for (i32 c = 0; c < ${inner}; c++) {
        i32 k = (a * ${middle} + b) * ${inner} + c;
        ${condition === '' ? add : `if (${condition}) { ${add} }`}
      }
      middle += block;
    }
    ${into} += middle;
  }`;
}

/** The same for WGSL, where `count` is any expression: the terms of one invocation among many. */
export function addedToAny(into: string, count: string, value: string): string {
  return `
  for (i32 a = 0; a < ${count}; a += 64) {
    f32 middle = 0.;
    for (i32 b = a; b < min(a + 64, ${count}); b += 8) {
      f32 block = 0.;
      for (i32 k = b; k < min(b + 8, ${count}); k++) {
        block += ${value};
      }
      middle += block;
    }
    ${into} += middle;
  }`;
}
