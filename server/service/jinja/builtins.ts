/**
 * What Jinja2 brings along, in words. Pure data; a test holds it against the evaluator's own lists.
 * Source: the Jinja2 3.1 template designer documentation.
 */

export interface Builtin {
  readonly signature: string;
  readonly about: string;
}

const entry = (signature: string, about: string): Builtin => ({ signature, about });

export const FILTER_DOCS: Readonly<Record<string, Builtin>> = {
  abs: entry('abs', 'The absolute value of a number.'),
  attr: entry('attr(name)', 'An attribute of an object, by its name.'),
  batch: entry('batch(linecount, fill_with=none)', 'Items in lists of a given length.'),
  capitalize: entry('capitalize', 'The first letter upper case, the others lower case.'),
  center: entry('center(width=80)', 'Text centred in a field.'),
  count: entry('count', 'The number of items or characters.'),
  d: entry("d(default_value='', boolean=false)", 'A default for a value that is not defined; short for `default`.'),
  default: entry(
    "default(default_value='', boolean=false)",
    'A default for a value that is not defined; with `true`, for empty ones too.',
  ),
  dictsort: entry("dictsort(case_sensitive=false, by='key', reverse=false)", 'Pairs of key and value in order.'),
  e: entry('e', 'Escapes `&`, `<`, `>` and quotes for HTML; short for `escape`.'),
  escape: entry('escape', 'Escapes `&`, `<`, `>` and quotes for HTML.'),
  filesizeformat: entry('filesizeformat(binary=false)', 'A number of bytes for people, such as 13 kB.'),
  first: entry('first', 'The first item.'),
  float: entry('float(default=0.0)', 'The value as a floating-point number.'),
  forceescape: entry('forceescape', 'Escapes for HTML even what is marked as safe.'),
  format: entry('format(*args, **kwargs)', 'Puts values into a text with `%s` and the like.'),
  groupby: entry('groupby(attribute, default=none, case_sensitive=false)', 'Items grouped by an attribute.'),
  indent: entry('indent(width=4, first=false, blank=false)', 'Indents each line but the first.'),
  int: entry('int(default=0, base=10)', 'The value as a whole number.'),
  items: entry('items', 'Pairs of key and value of a dict.'),
  join: entry("join(d='', attribute=none)", 'Items as one text, with something between them.'),
  last: entry('last', 'The last item.'),
  length: entry('length', 'The number of items or characters.'),
  list: entry('list', 'The items as a list.'),
  lower: entry('lower', 'Lower case.'),
  map: entry('map(attribute=… | filter, …)', 'An attribute of each item, or a filter applied to each.'),
  max: entry('max(case_sensitive=false, attribute=none)', 'The largest item.'),
  min: entry('min(case_sensitive=false, attribute=none)', 'The smallest item.'),
  pprint: entry('pprint', 'The value as Python would print it, over several lines.'),
  random: entry('random', 'Not available: the same commit has to give the same result.'),
  reject: entry('reject(test, …)', 'The items that fail a test.'),
  rejectattr: entry('rejectattr(attribute, test, …)', 'The items whose attribute fails a test.'),
  replace: entry('replace(old, new, count=none)', 'Each occurrence of a text replaced by another.'),
  reverse: entry('reverse', 'Items or characters in reverse.'),
  round: entry("round(precision=0, method='common')", 'Rounds to a precision; methods are common, ceil and floor.'),
  safe: entry('safe', 'Marks text as not to be escaped.'),
  select: entry('select(test, …)', 'The items that pass a test.'),
  selectattr: entry('selectattr(attribute, test, …)', 'The items whose attribute passes a test.'),
  slice: entry('slice(slices, fill_with=none)', 'Items divided into a number of lists.'),
  sort: entry('sort(reverse=false, case_sensitive=false, attribute=none)', 'Items in order.'),
  string: entry('string', 'The value as text.'),
  striptags: entry('striptags', 'Text without markup.'),
  sum: entry('sum(attribute=none, start=0)', 'The sum of the items.'),
  title: entry('title', 'Each word with a capital letter.'),
  tojson: entry(
    'tojson(indent=none)',
    'The value as JSON: how lists and objects are printed, without quotes around them.',
  ),
  trim: entry('trim(chars=none)', 'Text without space at its ends.'),
  truncate: entry("truncate(length=255, killwords=false, end='...', leeway=none)", 'Text cut to a length.'),
  unique: entry('unique(case_sensitive=false, attribute=none)', 'The items without repetitions.'),
  upper: entry('upper', 'Upper case.'),
  urlencode: entry('urlencode', 'Text as part of a URL.'),
  urlize: entry('urlize(…)', 'URLs in text as links.'),
  wordcount: entry('wordcount', 'The number of words.'),
  wordwrap: entry('wordwrap(width=79, …)', 'Text wrapped at a width.'),
  xmlattr: entry('xmlattr(autospace=true)', 'A dict as attributes of an element.'),
};

export const TEST_DOCS: Readonly<Record<string, Builtin>> = {
  boolean: entry('boolean', 'Whether it is true or false.'),
  callable: entry('callable', 'Whether it can be called.'),
  defined: entry('defined', 'Whether the name or member exists.'),
  divisibleby: entry('divisibleby(num)', 'Whether a number divides it.'),
  eq: entry('eq(other)', 'Whether it equals another value.'),
  equalto: entry('equalto(other)', 'Whether it equals another value.'),
  escaped: entry('escaped', 'Whether it is marked as escaped.'),
  even: entry('even', 'Whether it is an even number.'),
  false: entry('false', 'Whether it is false.'),
  filter: entry('filter', 'Whether a filter of that name exists.'),
  float: entry('float', 'Whether it is a floating-point number.'),
  ge: entry('ge(other)', 'Whether it is at least another value.'),
  greaterthan: entry('greaterthan(other)', 'Whether it is more than another value.'),
  gt: entry('gt(other)', 'Whether it is more than another value.'),
  in: entry('in(seq)', 'Whether it is one of the items.'),
  integer: entry('integer', 'Whether it is a whole number.'),
  iterable: entry('iterable', 'Whether it has items.'),
  le: entry('le(other)', 'Whether it is at most another value.'),
  lessthan: entry('lessthan(other)', 'Whether it is less than another value.'),
  lower: entry('lower', 'Whether it is in lower case.'),
  lt: entry('lt(other)', 'Whether it is less than another value.'),
  mapping: entry('mapping', 'Whether it is a dict.'),
  ne: entry('ne(other)', 'Whether it differs from another value.'),
  none: entry('none', 'Whether it is none (null).'),
  number: entry('number', 'Whether it is a number.'),
  odd: entry('odd', 'Whether it is an odd number.'),
  sameas: entry('sameas(other)', 'Whether it is the very same object.'),
  sequence: entry('sequence', 'Whether it has items by number.'),
  string: entry('string', 'Whether it is text.'),
  test: entry('test', 'Whether a test of that name exists.'),
  true: entry('true', 'Whether it is true.'),
  undefined: entry('undefined', 'Whether the name or member does not exist.'),
  upper: entry('upper', 'Whether it is in upper case.'),
};

/** Methods of text, lists and dicts that are of use in a template, as in Python. */
export const METHOD_DOCS = {
  text: {
    capitalize: entry('capitalize()', 'The first letter upper case, the others lower case.'),
    count: entry('count(sub)', 'How often a text occurs.'),
    endswith: entry('endswith(suffix)', 'Whether it ends with a text.'),
    find: entry('find(sub)', 'Where a text occurs first, or -1.'),
    format: entry('format(*args, **kwargs)', 'Puts values in place of `{}` and `{name}`.'),
    isdigit: entry('isdigit()', 'Whether it has digits only.'),
    join: entry('join(items)', 'Items as one text with this between them.'),
    lower: entry('lower()', 'Lower case.'),
    lstrip: entry('lstrip(chars=none)', 'Without space, or other characters, at its beginning.'),
    removeprefix: entry('removeprefix(prefix)', 'Without a text at its beginning.'),
    removesuffix: entry('removesuffix(suffix)', 'Without a text at its end.'),
    replace: entry('replace(old, new, count=-1)', 'Each occurrence of a text replaced by another.'),
    rsplit: entry('rsplit(sep=none, maxsplit=-1)', 'Parts of the text, counted from the right.'),
    rstrip: entry('rstrip(chars=none)', 'Without space, or other characters, at its end.'),
    split: entry('split(sep=none, maxsplit=-1)', 'Parts of the text between separators.'),
    startswith: entry('startswith(prefix)', 'Whether it begins with a text.'),
    strip: entry('strip(chars=none)', 'Without space, or other characters, at its ends.'),
    title: entry('title()', 'Each word with a capital letter.'),
    upper: entry('upper()', 'Upper case.'),
    zfill: entry('zfill(width)', 'Zeros in front, up to a width.'),
  },
  list: {
    count: entry('count(value)', 'How often a value occurs.'),
    index: entry('index(value)', 'Where a value occurs first.'),
  },
  object: {
    get: entry('get(key, default=none)', 'The value of a key, or a default.'),
    items: entry('items()', 'Pairs of key and value.'),
    keys: entry('keys()', 'The keys.'),
    values: entry('values()', 'The values.'),
  },
} as const satisfies Record<string, Record<string, Builtin>>;

/** Members of `loop`. */
export const LOOP_DOCS: Readonly<Record<string, string>> = {
  index: 'The round, from 1.',
  index0: 'The round, from 0.',
  revindex: 'Rounds left, this one included.',
  revindex0: 'Rounds left after this one.',
  first: 'Whether this is the first round.',
  last: 'Whether this is the last round: `{% if not loop.last %},{% endif %}` puts commas between.',
  length: 'The number of items.',
  depth: 'Depth of a recursive loop, from 1.',
  depth0: 'Depth of a recursive loop, from 0.',
  previtem: 'The item of the round before.',
  nextitem: 'The item of the next round.',
  cycle: 'One of its arguments, by turns.',
  changed: 'Whether the value differs from that of the round before.',
};

export const GLOBAL_DOCS: Readonly<Record<string, string>> = {
  range: '`range(stop)` or `range(start, stop, step)`: numbers in sequence.',
  dict: '`dict(a=1)`: a dict of its arguments.',
  cycler: 'An object that gives its arguments by turns.',
  joiner: '`joiner(", ")`: gives nothing the first time, and the text each time after.',
  namespace: '`namespace(a=1)`: an object whose members can be set inside loops.',
};

/** Statements, with the snippet that is inserted for each and what it is for. */
export const STATEMENTS: Readonly<Record<string, readonly [snippet: string, about: string]>> = {
  if: ['if $1 %}$0{% endif', 'Only where a condition holds.'],
  for: ['for $1 in $2 %}$0{% endfor', 'Once for each item.'],
  set: ['set $1 = $0', 'Gives a value a name.'],
  macro: ['macro $1() %}$0{% endmacro', 'A piece of template with parameters.'],
  call: ['call $1() %}$0{% endcall', 'Hands a part of the template to a macro, as its `caller()`.'],
  with: ['with $1 = $2 %}$0{% endwith', 'A name for a part of the template.'],
  filter: ['filter $1 %}$0{% endfilter', 'A filter over a part of the template.'],
  raw: ['raw %}$0{% endraw', 'Text that is not a template.'],
};
