// What is seen while it trains: a bar in a terminal, nothing elsewhere.

import { SingleBar } from 'cli-progress';

/** Progress over all trainings of a run. */
export interface Progress {
  /** Names what is trained now. */
  begin(title: string): void;
  /** One step further. */
  step(loss: number): void;
  end(): void;
}

/**
 * Starts a bar of at most 80 columns. It is drawn within `step`, at most every fifth of a second, and leaves nothing behind.
 *
 * @param total Steps of all trainings.
 * @param stream Where to; a stream that is no terminal gets nothing.
 */
export function startProgress(total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {title}  loss {loss}  {eta_formatted} left',
    barsize: 20,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    // Else the terminal stays without line wrapping when the run is interrupted.
    linewrap: true,
    etaBuffer: 200,
    stream,
  });
  let title = '';
  bar.start(total, 0, { title, loss: '–' });
  return {
    begin(next) {
      title = next;
    },
    step(loss) {
      bar.increment(1, { title, loss: loss.toFixed(3) });
    },
    end() {
      bar.stop();
    },
  };
}
