// Text from outside on its way into HTML and SVG: never markup, never invisible, never endless.

/**
 * Escapes text for the content of elements and for quoted attributes, in HTML and in XML.
 *
 * Control characters, those that change the direction of text, and those that XML cannot hold are shown by their number.
 *
 * @param most Characters; what is longer is cut, and says so.
 */
export function escapeText(text: string, most = 2000): string {
  return visible(text, most).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text without anything that acts on a reader unseen: `[U+202E]` in place of such a character. */
export function visible(text: string, most = 2000): string {
  const kept = clip(text, most);
  // Half a pair, which cutting may leave, is no character.
  return kept.replace(unseen, (character) => {
    return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}

/** Text of at most `most` characters; what is longer is cut, and says by how much. */
export function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)} … (${text.length - most} more characters)` : text;
}

/** Control characters but tab and line feed, halves of a pair, and what changes the direction of text or is no character. */
export const unseen: RegExp =
  /(?![\t\n])[\p{Cc}\p{Cs}]|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/gu;
