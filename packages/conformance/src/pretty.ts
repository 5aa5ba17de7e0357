// How vector files are written: JSON that reads well in a diff.

/** Indented JSON with a line break at its end; arrays of numbers stay on one line. */
export function prettyJson(value: unknown): string {
  return `${pretty(value)}\n`;
}

function pretty(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === 'number')) return `[${value.join(', ')}]`;
    return block(
      '[',
      ']',
      value.map((item) => pretty(item, `${indent}  `)),
      indent,
    );
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return block(
    '{',
    '}',
    entries.map(([key, item]) => `${JSON.stringify(key)}: ${pretty(item, `${indent}  `)}`),
    indent,
  );
}

function block(open: string, close: string, items: readonly string[], indent: string): string {
  if (items.length === 0) return open + close;
  return `${open}\n${indent}  ${items.join(`,\n${indent}  `)}\n${indent}${close}`;
}
