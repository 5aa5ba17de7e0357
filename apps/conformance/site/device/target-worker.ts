// An adapter of the list in a worker of its own, which has the target's name.

import { loadTarget } from '../../src/load-target.ts';
import { answerMessages } from './answer.ts';
import { loadPath } from './paths/load.ts';

answerMessages({ target: () => loadTarget(self.name), path: () => loadPath(self.name) });
