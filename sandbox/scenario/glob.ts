/**
 * Whether the whole of `value` matches `glob`: `*` is any run of characters, `?` any one. Takes at most
 * |glob| × |value| steps, whatever the glob.
 */
export function matchesGlob(glob: string, value: string): boolean {
  let [g, v] = [0, 0];
  let [star, resume] = [-1, 0];
  while (v < value.length) {
    if (glob[g] === '*') {
      [star, resume] = [g++, v];
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === value[v])) {
      g++;
      v++;
    } else if (star >= 0) {
      g = star + 1;
      v = ++resume;
    } else {
      return false;
    }
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}
