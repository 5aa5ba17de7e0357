// What the rehearsal does, in order: three releases and a prerelease, their failures, and those who install and upgrade.

import { installingSteps } from './installing.ts';
import type { Registry } from './registry.ts';
import { releasingSteps } from './releasing.ts';
import type { Workspace } from './workspace.ts';

export interface Step {
  readonly title: string;
  /** @returns What was seen, in a few words. */
  run(): Promise<string>;
}

export interface Stage {
  readonly workspace: Workspace;
  readonly registry: Registry;
  /** Where the folders of users are made. */
  readonly outside: string;
  readonly cache: string;
  /** What was released, set as it comes. */
  readonly versions: { first: string; patch: string; minor: string; prerelease: string };
}

/**
 * The steps. Each builds on those before it.
 *
 * @returns `whole`: three releases and a prerelease. `short`: the first release alone, which breaks off.
 */
export function stepsOf(stage: Stage): Record<'whole' | 'short', Step[]> {
  const releasing = releasingSteps(stage);
  const installing = installingSteps(stage);
  return {
    whole: [
      releasing.versionFirst,
      releasing.publish,
      releasing.publishAgain,
      installing.installAll,
      installing.installTwo,
      releasing.versionPatch,
      releasing.breakOff,
      releasing.otherContent,
      releasing.cutOff,
      releasing.goOn,
      installing.updateAll,
      installing.upgradeOne,
      releasing.versionMinor,
      releasing.publish,
      installing.upgradeAll,
      installing.upgradeOneThenCore,
      releasing.versionPrerelease,
      releasing.publish,
      installing.takePrerelease,
    ],
    short: [
      releasing.versionFirst,
      releasing.breakOff,
      releasing.otherContent,
      releasing.goOn,
      releasing.publishAgain,
      installing.installTwo,
    ],
  };
}
