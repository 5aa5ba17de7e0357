// @eqloss/conformance for Node: the runner with files, child processes and reports.

export * from './protocol.ts';
