/**
 * Where output goes. With `--json`, stdout carries machine output only, and what is for people goes to stderr.
 */
import { type Sink, type Style, styleFor } from './style.ts';

export interface Output {
  readonly json: boolean;
  /** Where text for people goes. */
  readonly people: Sink;
  readonly style: Style;
  /** Is somebody there who sees a live view? */
  readonly isLive: boolean;
  /** Is somebody there who can answer? */
  readonly canAsk: boolean;
  /** One JSON value on one line of stdout. */
  machine(value: unknown): void;
  /** Lines for people. */
  print(...lines: string[]): void;
  /** Called before lines are printed: lines that are redrawn in place must not be in their way. */
  beforePrinting(clear: () => void): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What CI services and people set so that programs do not wait for anybody. */
const isUnattended = (environment: Environment): boolean => !['', '0', 'false', undefined].includes(environment['CI']);

export function createOutput(json: boolean, environment: Environment): Output {
  const people: Sink = json ? process.stderr : process.stdout;
  let clear = () => {};
  const attended = people.isTTY === true && !isUnattended(environment);
  return {
    json,
    people,
    style: styleFor(people, environment),
    isLive: attended && environment['TERM'] !== 'dumb',
    canAsk: attended && process.stdin.isTTY === true,
    machine: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
    print(...lines) {
      clear();
      people.write(lines.map((line) => `${line}\n`).join(''));
    },
    beforePrinting(next) {
      clear = next;
    },
  };
}
