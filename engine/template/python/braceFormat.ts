/** `str.format`: `'{0} {name!r:>8} {item[key].member}'.format(…)`. */

import { Failure, valueError } from './failure.ts';
import { formatValue } from './formatSpec.ts';
import { ascii, escapeHtml, repr, str } from './printing.ts';
import { type Host, type Keywords, Markup, type Value } from './value.ts';

/** How deep replacement fields may be nested in format specifications. Source: `string.Formatter`. */
const MAX_NESTING = 2;

export interface BraceArguments {
  readonly args: readonly Value[];
  readonly keywords: Keywords;
  /** How `{0.name}` and `{0[key]}` look members up; `undefined` where there is none. */
  readonly attribute: (value: Value, name: string, host: Host) => Value | undefined;
  readonly item: (value: Value, key: Value, host: Host) => Value;
}

/** @param escaping what is put in is escaped, as for an escaped template */
export function braceFormat(template: string, given: BraceArguments, host: Host, escaping = false): string {
  return new BraceFormatter(given, host, escaping).format(template, MAX_NESTING);
}

class BraceFormatter {
  readonly #given: BraceArguments;
  readonly #host: Host;
  readonly #escaping: boolean;
  /** The next automatic index, or `manual` once a number was given. */
  #automatic: number | 'manual' = 0;

  constructor(given: BraceArguments, host: Host, escaping: boolean) {
    this.#given = given;
    this.#host = host;
    this.#escaping = escaping;
  }

  format(template: string, nesting: number): string {
    if (nesting < 0) throw valueError('max string recursion exceeded');
    let result = '';
    let at = 0;
    while (at < template.length) {
      const character = template[at]!;
      if (character !== '{' && character !== '}') {
        const next = template.slice(at).search(/[{}]/);
        const end = next < 0 ? template.length : at + next;
        result += template.slice(at, end);
        at = end;
      } else if (template[at + 1] === character) {
        result += character;
        at += 2;
      } else if (character === '}') {
        throw valueError("single '}' encountered in format string", 'write }} for a brace');
      } else {
        const end = this.#fieldEnd(template, at + 1);
        result += this.#field(template.slice(at + 1, end), nesting);
        this.#host.fits(result.length);
        at = end + 1;
      }
    }
    return result;
  }

  #fieldEnd(template: string, from: number): number {
    let depth = 1;
    let bracket = false;
    for (let at = from; at < template.length; at++) {
      const character = template[at]!;
      if (character === '[') bracket = true;
      else if (character === ']') bracket = false;
      else if (bracket) continue;
      else if (character === '{') depth++;
      else if (character === '}' && --depth === 0) return at;
    }
    throw valueError("expected '}' before end of string");
  }

  #field(field: string, nesting: number): string {
    const match = /^((?:[^![\]:{}]|\[[^\]]*\]?)*)(?:!([^:]*))?(?::(.*))?$/s.exec(field);
    if (!match) throw valueError(`expected ':' after conversion specifier in '${field}'`);
    const [, name, conversion, spec = ''] = match;
    const value = this.#convert(this.#lookup(name!), conversion);
    const format = spec.includes('{') ? this.format(spec, nesting - 1) : spec;
    if (!this.#escaping) return formatValue(value, format, this.#host);
    if (value instanceof Markup && format !== '') throw valueError('unsupported format specification for Markup');
    return escapeHtml(value instanceof Markup ? value : formatValue(value, format, this.#host), this.#host).text;
  }

  #convert(value: Value, conversion: string | undefined): Value {
    switch (conversion) {
      case undefined:
        return value;
      case 's':
        return str(value, this.#host);
      case 'r':
        return repr(value, this.#host);
      case 'a':
        return ascii(value, this.#host);
      default:
        throw valueError(`unknown conversion specifier '${conversion}'`);
    }
  }

  #lookup(path: string): Value {
    const [first] = /^[^.[]*/.exec(path)!;
    let value = this.#argument(first);
    const parts = /\.([^.[]*)|\[([^\]]*)\]/gy;
    parts.lastIndex = first.length;
    while (parts.lastIndex < path.length) {
      const match = parts.exec(path);
      if (!match || (match[1] ?? match[2]) === '') throw valueError('empty attribute in format string');
      const [, attribute, index] = match;
      const member =
        attribute === undefined
          ? this.#given.item(value, /^\d+$/.test(index!) ? BigInt(index!) : index!, this.#host)
          : this.#given.attribute(value, attribute, this.#host);
      if (member === undefined) throw new Failure('AttributeError', `format field '${path}' does not exist`);
      value = member;
    }
    return value;
  }

  #argument(name: string): Value {
    if (name !== '' && !/^\d+$/.test(name)) {
      const value = this.#given.keywords.get(name);
      if (value === undefined) throw new Failure('KeyError', `format has no argument named '${name}'`);
      return value;
    }
    const automatic = name === '';
    if (automatic === (this.#automatic === 'manual')) {
      if (automatic || this.#automatic !== 0) throw valueError('cannot mix automatic and manual field numbering');
    }
    let index = Number(name);
    if (automatic) {
      index = this.#automatic as number;
      this.#automatic = index + 1;
    } else this.#automatic = 'manual';
    const value = this.#given.args[index];
    if (value === undefined) throw new Failure('IndexError', `format has no argument ${index}`);
    return value;
  }
}
