// Two texts, line by line: what went and what came, with the line that it stands below.

/**
 * The lines that differ, `- ` before those that only the first has and `+ ` before those that only the second has, below
 * the nearest line of both that opens a declaration.
 *
 * @param {string} before
 * @param {string} after
 * @returns {string} '' when they are equal.
 */
export function lineDiff(before, after) {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const common = longestCommon(a, b);
  const lines = [];
  let heading = '';
  let shown = '';
  const tell = (line) => {
    if (heading !== shown && heading !== '') lines.push(`  ${heading}`);
    shown = heading;
    lines.push(line);
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      if (/^(export|interface|type|class|function|const)\b/.test(a[i])) heading = a[i];
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) tell(`- ${a[i++]}`);
    else tell(`+ ${b[j++]}`);
  }
  return lines.join('\n');
}

/** `table[i][j]`: how many lines the rests from i and j have in common, in order. */
function longestCommon(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}
