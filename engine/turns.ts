/**
 * Turns: so many at a time for each key, the rest in the order they came. Keys do not wait for each other, so a slow
 * region slows only itself. Owns who is at it and who waits, in this process.
 */
export interface Turns {
  /** Would one have to wait? */
  isFull(key: string): boolean;
  /**
   * Resolves when it is one's turn, with what ends it.
   *
   * @throws the signal's reason when it is aborted first
   */
  take(key: string, signal: AbortSignal): Promise<() => void>;
  /** Does some work when it is one's turn. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

interface Line {
  free: number;
  readonly waiting: (() => void)[];
}

/** @param most at a time for each key, 1 or more */
export function createTurns(most: number): Turns {
  const lines = new Map<string, Line>();

  const turns: Turns = {
    isFull: (key) => lines.get(key)?.free === 0,
    async take(key, signal) {
      signal.throwIfAborted();
      const line = lines.get(key) ?? { free: most, waiting: [] };
      lines.set(key, line);
      if (line.free > 0) line.free--;
      else await waitIn(line, signal);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        const next = line.waiting.shift();
        if (next === undefined) line.free++;
        else next();
      };
    },
    async run(key, work) {
      const end = await turns.take(key, new AbortController().signal);
      try {
        return await work();
      } finally {
        end();
      }
    },
  };
  return turns;
}

function waitIn(line: Line, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      line.waiting.splice(line.waiting.indexOf(come), 1);
      reject(signal.reason);
    };
    const come = () => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    line.waiting.push(come);
    signal.addEventListener('abort', leave, { once: true });
  });
}
