// Text in chunks to whole lines. Only a line feed ends one: JSON strings may hold the other separators raw.

/**
 * Makes a function that takes chunks and calls `onLine` for every line that became complete, without its line feed.
 *
 * @param limit Characters that one line may have, now.
 * @param onOverflow Called with the beginning of a line that is longer; what came of it is dropped.
 */
export function splitLines(
  onLine: (line: string) => void,
  limit: () => number,
  onOverflow: (beginning: string) => void,
): (chunk: string) => void {
  let parts: string[] = [];
  let length = 0;
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      parts.push(chunk.slice(start, end));
      const line = parts.join('');
      parts = [];
      length = 0;
      start = end + 1;
      onLine(line);
    }
    parts.push(chunk.slice(start));
    length += chunk.length - start;
    if (length <= limit()) return;
    const beginning = (parts.find((part) => part !== '') ?? '').slice(0, 200);
    parts = [];
    length = 0;
    onOverflow(beginning);
  };
}
