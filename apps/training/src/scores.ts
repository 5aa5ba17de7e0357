// How well a classifier does, also on the classes that occur rarely.

/** A group of classes by how often they occur. */
export type Group = 'tail' | 'mid' | 'head';

/** Shares in [0, 1]. */
export interface Scores {
  /** Rows whose class was found. */
  readonly accuracy: number;
  /** The same among the rows of a group of classes. */
  readonly tail: number;
  readonly mid: number;
  readonly head: number;
  /** Recall of each class, averaged over the classes. */
  readonly balanced: number;
}

/**
 * Counts right answers.
 *
 * @param answers One class a row.
 * @param labels The right ones.
 * @param groups Of each class.
 */
export function scoresOf(answers: ArrayLike<number>, labels: ArrayLike<number>, groups: readonly Group[]): Scores {
  const right = groups.map(() => 0);
  const rows = groups.map(() => 0);
  for (let i = 0; i < labels.length; i++) {
    rows[labels[i]]++;
    if (answers[i] === labels[i]) right[labels[i]]++;
  }
  const share = (isIn: (label: number) => boolean): number => {
    const sum = (counts: readonly number[]) => counts.reduce((total, count, j) => total + (isIn(j) ? count : 0), 0);
    return sum(right) / sum(rows);
  };
  const seen = rows.flatMap((count, j) => (count > 0 ? [right[j] / count] : []));
  return {
    accuracy: share(() => true),
    tail: share((j) => groups[j] === 'tail'),
    mid: share((j) => groups[j] === 'mid'),
    head: share((j) => groups[j] === 'head'),
    balanced: seen.reduce((total, recall) => total + recall, 0) / seen.length,
  };
}
