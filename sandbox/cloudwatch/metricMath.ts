/**
 * Metric math: numbers, ids, `+ - * /`, parentheses, and FILL, SUM, AVG, MIN, MAX, ABS. Pure. A time series has a value
 * for some periods; an operation on two has one where both do. Source: CloudWatch user guide, "Using metric math".
 */

/** By the period's beginning, ms. */
export type Series = ReadonlyMap<number, number>;
type Value = number | Series;

/** Nesting and length beyond what people write. */
const MAX_DEPTH = 50;
const MAX_LENGTH = 2048;

/** An expression that cannot be computed: its message says why, in CloudWatch's manner. */
export class MathError extends Error {}

/**
 * @param periods all periods asked for, ms, which FILL fills
 * @throws MathError
 */
export function evaluateMath(
  expression: string,
  seriesOf: (id: string) => Series | undefined,
  periods: readonly number[],
): Series {
  if (expression.length > MAX_LENGTH) throw new MathError('The expression is too long');
  const tokens = expression.match(/\d+(?:\.\d+)?|[A-Za-z_]\w*|[-+*/(),]|\S/g) ?? [];
  const parser = new MathParser(tokens, seriesOf, periods);
  const value = parser.whole();
  return typeof value === 'number' ? new Map(periods.map((period) => [period, value])) : value;
}

class MathParser {
  readonly #tokens: readonly string[];
  readonly #seriesOf: (id: string) => Series | undefined;
  readonly #periods: readonly number[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly string[], seriesOf: (id: string) => Series | undefined, periods: readonly number[]) {
    this.#tokens = tokens;
    this.#seriesOf = seriesOf;
    this.#periods = periods;
  }

  whole(): Value {
    const value = this.#sum();
    if (this.#next < this.#tokens.length) throw this.#unexpected();
    return value;
  }

  #sum(): Value {
    let value = this.#product();
    for (;;) {
      if (this.#take('+')) value = combine(value, this.#product(), (a, b) => a + b);
      else if (this.#take('-')) value = combine(value, this.#product(), (a, b) => a - b);
      else return value;
    }
  }

  #product(): Value {
    let value = this.#factor();
    for (;;) {
      if (this.#take('*')) value = combine(value, this.#factor(), (a, b) => a * b);
      else if (this.#take('/')) value = combine(value, this.#factor(), (a, b) => a / b);
      else return value;
    }
  }

  #factor(): Value {
    if (++this.#depth > MAX_DEPTH) throw new MathError('The expression is nested too deeply');
    const value = this.#term();
    this.#depth--;
    return value;
  }

  #term(): Value {
    if (this.#take('-')) return combine(0, this.#factor(), (a, b) => a - b);
    if (this.#take('(')) {
      const value = this.#sum();
      if (!this.#take(')')) throw this.#unexpected();
      return value;
    }
    const token = this.#tokens[this.#next];
    if (token === undefined) throw this.#unexpected();
    this.#next++;
    if (/^\d/.test(token)) return Number(token);
    if (this.#take('(')) return this.#call(token);
    const series = /^[a-z]/.test(token) ? this.#seriesOf(token) : undefined;
    if (series === undefined) throw new MathError(`Unknown id '${token}' in the expression`);
    return series;
  }

  #call(name: string): Value {
    const args: Value[] = [];
    do args.push(this.#sum());
    while (this.#take(','));
    if (!this.#take(')')) throw this.#unexpected();
    const [first = 0, second] = args;
    if (name === 'FILL' && typeof first !== 'number' && typeof second === 'number') {
      return new Map(this.#periods.map((period) => [period, first.get(period) ?? second]));
    }
    if (args.length === 1 && name === 'ABS') return combine(0, first, (_, b) => Math.abs(b));
    const reduce = args.length === 1 && Object.hasOwn(REDUCERS, name) ? REDUCERS[name] : undefined;
    if (reduce === undefined) throw new MathError(`The function ${name} is not supported here`);
    return typeof first === 'number' ? first : first.size === 0 ? new Map() : reduce([...first.values()]);
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#next] !== token) return false;
    this.#next++;
    return true;
  }

  #unexpected(): MathError {
    return new MathError(`Unexpected '${this.#tokens[this.#next] ?? 'end'}' in the expression`);
  }
}

const REDUCERS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};

/** Where the result is not a number (a division by zero), there is none. */
function combine(left: Value, right: Value, operation: (a: number, b: number) => number): Value {
  if (typeof left === 'number' && typeof right === 'number') return operation(left, right);
  const periods = typeof left === 'number' ? (right as Series).keys() : left.keys();
  const at = (value: Value, period: number) => (typeof value === 'number' ? value : value.get(period));
  const entries = [...periods].flatMap((period): [number, number][] => {
    const [a, b] = [at(left, period), at(right, period)];
    const result = a === undefined || b === undefined ? Number.NaN : operation(a, b);
    return Number.isFinite(result) ? [[period, result]] : [];
  });
  return new Map(entries);
}
