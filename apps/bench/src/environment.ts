// What machine and which versions a report is about.

import { readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import type { Torch } from './python.ts';

/** Where a report was made. */
export interface Environment {
  /** ISO 8601. */
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly node: string;
  readonly v8: string;
  /** PyTorch's version, or `unavailable: ` and the reason. */
  readonly torch: string;
  /** What each path said of itself: engine, version, backend. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The project's own packages. */
  readonly packages: Readonly<Record<string, string>>;
}

/** What can be said before anything has run. */
export function describeMachine(torch: Torch, date: Date = new Date()): Omit<Environment, 'paths'> {
  return {
    date: date.toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    os: `${platform()} ${release()} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    torch: torch.reason === undefined ? torch.version : `unavailable: ${torch.reason}`,
    packages: ownPackages(),
  };
}

/** What must be the same for two reports to be about the same machine and engines. */
export function differences(a: Environment, b: Environment): readonly string[] {
  const facts = ['cpu', 'cores', 'os', 'node', 'v8', 'torch'] as const;
  const machine = facts.filter((fact) => a[fact] !== b[fact]).map((fact) => `${fact}: ${a[fact]} / ${b[fact]}`);
  const engines = Object.keys(a.paths ?? {}).flatMap((path) => {
    const [before, after] = [a.paths[path], b.paths?.[path]].map((about) => Object.values(about ?? {}).join(' '));
    return b.paths?.[path] && before !== after ? [`${path}: ${before} / ${after}`] : [];
  });
  return [...machine, ...engines];
}

function ownPackages(): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const folder of ['core', 'wasm', 'tfjs', 'onnxruntime', 'gpujs']) {
    const file = new URL(`../../../packages/${folder}/package.json`, import.meta.url);
    try {
      const { name, version } = JSON.parse(readFileSync(file, 'utf8'));
      versions[name] = version;
    } catch {
      // Not a package of this checkout.
    }
  }
  return versions;
}
