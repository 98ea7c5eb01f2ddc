import { SingleBar } from 'cli-progress';

/** Tells a person how far long work has come. */
export interface Progress {
  /** A step of the work begins; `total` of 0 means that its length is not known. */
  begin(step: string, total: number): void;
  advance(done: number): void;
  end(): void;
}

/** The step that tells how many templates have been trained; read by whoever starts training as a process of its own. */
export const trainingStep = 'training templates';

/** What a line per step looks like to those who are not at a terminal, and how often at most. */
const lineEveryMs = 5_000;

/** A bar on a terminal, a line per five seconds elsewhere, nothing when quiet. Writes to standard error, so results stay clean. */
export function createProgress({ stream, quiet }: { stream: NodeJS.WriteStream; quiet: boolean }): Progress {
  if (quiet) return { begin: () => {}, advance: () => {}, end: () => {} };
  return stream.isTTY ? barProgress(stream) : lineProgress(stream);
}

function barProgress(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined;
  return {
    begin(step, total) {
      bar?.stop();
      bar = undefined;
      if (total === 0) {
        stream.write(` ${step} ...\n`);
        return;
      }
      bar = new SingleBar({
        stream,
        format: ` ${step.padEnd(28)} {bar} {value}/{total}  {eta_formatted}`,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 24,
        // The terminal's own settings stay as they are: an interrupt could not put them back.
        hideCursor: null,
        linewrap: null,
      });
      bar.start(total, 0);
    },
    advance: (done) => bar?.update(done),
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function lineProgress(stream: NodeJS.WriteStream): Progress {
  let step = '';
  let total = 0;
  let done = 0;
  let begunAtMs = 0;
  let saidAtMs = 0;
  let saidDone = 0;
  const remaining = () => {
    if (done === 0 || done >= total) return '';
    return `, about ${Math.ceil((((saidAtMs - begunAtMs) / done) * (total - done)) / 1000)} s left`;
  };
  const say = () => {
    saidAtMs = Date.now();
    saidDone = done;
    stream.write(` ${step}: ${done}${total === 0 ? '' : `/${total}`}${remaining()}\n`);
  };
  return {
    begin(next, count) {
      step = next;
      total = count;
      done = 0;
      begunAtMs = Date.now();
      say();
    },
    advance(count) {
      done = count;
      if (Date.now() - saidAtMs >= lineEveryMs) say();
    },
    end() {
      if (done !== saidDone) say();
    },
  };
}
