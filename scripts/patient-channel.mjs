// For pages of tests: gpu.js in mode webgl2 asks whether the GPU is done as fast as a message goes through a MessageChannel
// and back. A software GPU needs the core that this takes.

/**
 * From now on, what the second port of a new channel sends leaves a millisecond later. The code that waits stays what it is.
 *
 * @returns {void}
 */
export function makeChannelsPatient() {
  globalThis.MessageChannel = class extends MessageChannel {
    constructor() {
      super();
      const post = this.port2.postMessage.bind(this.port2);
      this.port2.postMessage = (...args) => void setTimeout(post, 1, ...args);
    }
  };
}
