// How wide text is in a font that nobody can ask: rather too wide than too narrow, for what does not fit is cut.

/**
 * The width of text at 11 pixels in a wide sans-serif font, in whole pixels, rounded up.
 *
 * Measured by groups of letters, each as wide as its widest member in Verdana, the widest of the usual fonts.
 */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += widths.find(([group]) => group.test(character))?.[1] ?? WIDEST;
  return Math.ceil(width);
}

const widths: readonly (readonly [RegExp, number])[] = [
  [/[ijlI!|'.,:;]/, 4.6],
  [/[ ]/, 3.9],
  [/[frt()[\]\-/]/, 5.1],
  [/[ceksvxyz_J"*]/, 6.5],
  [/[abdghnopqu0-9#$?–]/, 7.1],
  [/[A-FKLPSTXYZ+=<>~^]/, 9.1],
  [/[w&GHNOQRUV…✓✗]/, 9.4],
  [/[mM@W%]/, 12],
];

/** An em: of a letter that is in no group. */
const WIDEST = 12;
