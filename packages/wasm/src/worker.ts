// What a worker runs: text, so that no bundler needs to know of it and nothing is fetched.

/** Places of the control words, which all threads share. `asleep` is the first of one word a worker. */
export const CONTROL = {
  open: 0,
  active: 1,
  next: 2,
  rows: 3,
  claim: 4,
  arena: 5,
  form: 6,
  job: 7,
  scratch: 8,
  asleep: 9,
} as const;

/** Milliseconds that a worker looks for more work before it sleeps. */
const PATIENCE = 0.3;

/**
 * The program of a worker. Its first message brings module and control words, further ones memories; `go` wakes it.
 *
 * A job is open while its number stands in `open`. Who works on it has entered `active` before looking at that number again,
 * so whoever closes the job knows, once nobody is active, that all claimed rows are finished.
 */
export const WORKER_SOURCE: string = `
const node = typeof process === 'object' && process.versions && process.versions.node;
const port = node ? process.getBuiltinModule('node:worker_threads').parentPort : self;
const arenas = new Map();
let module, control, index, done = 0;
const receive = (message) => {
  if (message.module) {
    ({ module, control, index } = message);
    port.postMessage('ready');
  } else if (message.memory) {
    const kernels = new WebAssembly.Instance(module, { env: { memory: message.memory } }).exports;
    kernels.placeConstants(message.constants);
    arenas.set(message.arena, kernels);
  } else if (message.forget !== undefined) {
    arenas.delete(message.forget);
  }
  work();
};
function work() {
  for (;;) {
    look();
    Atomics.store(control, ${CONTROL.asleep} + index, 1);
    // A job that was opened just before that did not wake this worker.
    const job = Atomics.load(control, ${CONTROL.open});
    const missed = job !== 0 && job !== done && arenas.has(control[${CONTROL.arena}]);
    if (!missed || Atomics.exchange(control, ${CONTROL.asleep} + index, 0) !== 1) return;
  }
}
function look() {
  let until = performance.now() + ${PATIENCE};
  while (performance.now() <= until) {
    const job = Atomics.load(control, ${CONTROL.open});
    if (job === 0 || job === done) continue;
    Atomics.add(control, ${CONTROL.active}, 1);
    const known = Atomics.load(control, ${CONTROL.open}) === job ? take() : true;
    Atomics.sub(control, ${CONTROL.active}, 1);
    Atomics.notify(control, ${CONTROL.active});
    if (!known) return;
    done = job;
    until = performance.now() + ${PATIENCE};
  }
}
function take() {
  const kernels = arenas.get(control[${CONTROL.arena}]);
  // Its memory comes with a message that is still on its way.
  if (kernels === undefined) return false;
  const rows = control[${CONTROL.rows}], claim = control[${CONTROL.claim}];
  const run = control[${CONTROL.form}] === 0 ? kernels.sigmoid : kernels.softmax;
  const scratch = control[${CONTROL.scratch}] + 512 * (index + 1);
  for (;;) {
    const from = Atomics.add(control, ${CONTROL.next}, claim);
    if (from >= rows) return true;
    run(control[${CONTROL.job}], from, Math.min(from + claim, rows), scratch);
  }
}
if (node) port.on('message', receive);
else self.onmessage = (event) => receive(event.data);
`;
