// Hands a file out that was made here.

/**
 * Saves text as a file, as a click on a link would.
 *
 * @param name Of the file.
 * @param type Its media type: `text/csv`.
 */
export function saveText(text: string, name: string, type: string): void {
  const address = addressOf(text, type);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** An address for text that was made here; it lasts as long as the page. */
export function addressOf(text: string, type: string): string {
  return URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
}
