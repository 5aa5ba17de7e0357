// Lines that a program printed: one JSON object, or what to say of what is none.

/** The object that a line is, or undefined. */
export function parseObject(line: string): Record<string, unknown> | undefined {
  // An error of the parser costs much more than this, and a program may print junk without end.
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What is said of a line that is no message. */
export function rubbishWords(line: string): string {
  const cause = hasBareSpecial(line) ? ' (JSON has neither NaN nor infinities: send a tensor of FORMAT.md)' : '';
  return `printed what is no JSON message on standard output${cause}: ${cut(line)}`;
}

/** Whether a line would be an object if only NaN and Infinity, as many languages print them, were JSON. */
function hasBareSpecial(line: string): boolean {
  if (!/^\s*\{/.test(line)) return false;
  const numbers = line.replace(
    /([[:,]\s*)[-+]?(?:nan|inf(?:inity)?)(?=\s*[\],}])/gi,
    (_, before: string) => `${before}0`,
  );
  return numbers !== line && parseObject(numbers) !== undefined;
}

/** A line in quotes, cut where it is long. */
export function cut(line: string): string {
  return JSON.stringify(line.length > 120 ? `${line.slice(0, 120)}…` : line);
}
