/** A binary heap of things that are due, earliest first and in order of arrival among equals. */

export interface Due {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

export class DueHeap<T extends Due> {
  readonly #items: { order: number; due: T }[] = [];
  #arrivals = 0;

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0]?.due;
  }

  push(due: T): void {
    const items = this.#items;
    items.push({ order: this.#arrivals++, due });
    let index = items.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    if (first === undefined) return undefined;
    const last = items.pop()!;
    if (items.length > 0) {
      items[0] = last;
      this.#sink();
    }
    return first.due;
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const child = right < this.#items.length && this.#before(right, left) ? right : left;
      if (!this.#before(child, index)) return;
      this.#swap(child, index);
      index = child;
    }
  }

  #before(one: number, other: number): boolean {
    const a = this.#items[one]!;
    const b = this.#items[other]!;
    return a.due.at === b.due.at ? a.order < b.order : a.due.at < b.due.at;
  }

  #swap(one: number, other: number): void {
    const item = this.#items[one]!;
    this.#items[one] = this.#items[other]!;
    this.#items[other] = item;
  }
}
