// What a task is: work that is no batch of logits, done in several ways that are compared. The list is in tasks.ts.

/** One way to do a task, with everything at hand. */
export interface Task {
  /** Does it once: what is timed. */
  run(): unknown;
  /**
   * Looks at what the last run came to.
   *
   * @returns A number on which ways that do the same work must agree, if there is one.
   * @throws {Error} when it is wrong.
   */
  check?(): number | undefined;
  /** Bytes that whoever does this work holds anyway: they do not count as its memory. */
  readonly ownBytes?: number;
}

/** An engine that is loaded, without anything to do. */
export interface Ready {
  /** Versions: whatever the report should say. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes what it works on. */
  open(): Promise<Task>;
}

/** What a file of ./tasks exports. */
export interface TaskModule {
  /**
   * @param options As the list has them.
   * @param folder A temporary folder that all ways share.
   * @throws {Unavailable} with a reason, when this machine lacks what the task needs.
   */
  createTask(options: never, folder: string): Promise<Ready>;
}
