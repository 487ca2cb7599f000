/** Python as templates see it: values, operators, methods, printing. Knows nothing of templates. */

export { attributeOrItem, getAttribute, itemOrAttribute } from './attributes.ts';
export { entriesOf } from './collectionMethods.ts';
export { contains, equals, isOrdered, type Order, sorted } from './compare.ts';
export { Failure, type FailureKind, isFailure, typeError, valueError } from './failure.ts';
export { stripTags } from './html.ts';
export {
  fixedDigits,
  floatText,
  intOf,
  intText,
  type Num,
  numberOf,
  parseFloatText,
  parseIntText,
  power,
  roundNumber,
  toFloat,
  toInt,
  toSize,
  trueDivide,
  truncate,
} from './numbers.ts';
export { absolute, type BinaryOperator, binary, negate, plus, slice } from './operators.ts';
export { percentFormat } from './percentFormat.ts';
export { escapeHtml, quote, repr, softText, str, textLike } from './printing.ts';
export { bind, type Signature } from './signature.ts';
export {
  capitalize,
  isLower,
  isUpper,
  join,
  justify,
  replace,
  rsplit,
  split,
  splitLines,
  strip,
} from './textMethods.ts';
export {
  codePoints,
  Dict,
  Func,
  Group,
  type Host,
  isIterable,
  isText,
  isTruthy,
  itemsOf,
  iterate,
  type Keywords,
  Lazy,
  lengthOf,
  Markup,
  NO_KEYWORDS,
  PyObject,
  Range,
  Tuple,
  textLength,
  textOf,
  typeName,
  Undefined,
  type Value,
  weightOf,
} from './value.ts';
export { SPACE, trimSpace } from './whitespace.ts';
