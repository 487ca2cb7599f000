/** Patterns of the settings: `*` is any text without `/`, `**` any text, `?` one character. Pure. */

export function matchesAny(patterns: readonly string[], ...texts: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const whole = new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*\*|\*|\?/g, wild)}$`);
    return texts.some((text) => whole.test(text));
  });
}

const wild = (sign: string): string => (sign === '**' ? '.*' : sign === '*' ? '[^/]*' : '[^/]');
