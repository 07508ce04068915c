import type { AST } from '@eslint-community/regexpp';
import { RegExpParser } from '@eslint-community/regexpp';

type Bytes = ReadonlySet<number>;

/** How a part of a pattern behaves at one place of a text. */
interface Part {
  /** Bytes that it may begin with. */
  readonly first: Bytes;
  /** It may match nothing. */
  readonly empty: boolean;
  /** Steps of trying it to the end once, in all its ways. */
  readonly cost: number;
  /** Ways in which it may match at one place that a backtracking engine tries one after another. */
  readonly ways: number;
}

const NOTHING: Part = { first: new Set(), empty: true, cost: 0, ways: 1 };
const ALL = Array.from({ length: 256 }, (_, byte) => byte);

/**
 * An upper bound of the steps that a backtracking engine takes for one try of a pattern at one place of a latin1 text;
 * Infinity for a quantifier without a bound, and for one over something that may match in several ways.
 */
export function regExpCost(pattern: RegExp): number {
  const ast = new RegExpParser({ ecmaVersion: 2024 }).parseLiteral(`/${pattern.source}/${pattern.flags}`);
  return alternativesCost(ast.pattern.alternatives, NOTHING, pattern.ignoreCase).cost;
}

/** Several alternatives, each with all that follows. */
function alternativesCost(alternatives: readonly AST.Alternative[], rest: Part, ignoreCase: boolean): Part {
  const parts = alternatives.map((alternative) => sequence(alternative.elements, rest, ignoreCase));
  const disjoint = parts.every((part, at) =>
    parts.slice(at + 1).every((other) => !overlaps(part, other) && !part.empty && !other.empty),
  );
  const ways = parts.map((part) => part.ways);
  return {
    first: new Set(parts.flatMap((part) => [...part.first])),
    empty: parts.some((part) => part.empty),
    cost: sum(parts.map((part) => part.cost)),
    ways: disjoint ? Math.max(...ways) : sum(ways),
  };
}

function sequence(elements: readonly AST.Element[], rest: Part, ignoreCase: boolean): Part {
  return elements.reduceRight((follow, element) => before(element, follow, ignoreCase), rest);
}

/** An element and what follows it. */
function before(element: AST.Element, rest: Part, ignoreCase: boolean): Part {
  switch (element.type) {
    case 'Character':
    case 'CharacterSet':
    case 'CharacterClass':
      return { first: bytesOf(element, ignoreCase), empty: false, cost: 1 + rest.cost, ways: rest.ways };
    case 'Group':
    case 'CapturingGroup':
      return alternativesCost(element.alternatives, rest, ignoreCase);
    case 'Assertion':
      if (element.kind !== 'lookahead' && element.kind !== 'lookbehind') return { ...rest, cost: rest.cost + 1 };
      return { ...rest, cost: rest.cost + alternativesCost(element.alternatives, NOTHING, ignoreCase).cost };
    case 'Quantifier':
      return repeated(element, rest, ignoreCase);
    default:
      throw new Error(`${element.type} in ${element.raw}: there is no bound for it`);
  }
}

function repeated({ element, min, max }: AST.Quantifier, rest: Part, ignoreCase: boolean): Part {
  const alone = before(element, NOTHING, ignoreCase);
  // As one of several: what follows is another one, or the rest.
  const follow: Part = { first: new Set([...alone.first, ...rest.first]), empty: rest.empty, cost: 0, ways: 1 };
  const one = before(element, follow, ignoreCase);
  if (max === Number.POSITIVE_INFINITY || (max > 1 && (one.ways > 1 || alone.empty)))
    return { ...one, cost: Number.POSITIVE_INFINITY };
  // Where the rest cannot begin with what is repeated, giving one back fails at once.
  const apart = !overlaps(alone, rest) && !rest.empty;
  const ends = max - min + 1;
  return {
    first: new Set([...alone.first, ...(min === 0 ? rest.first : [])]),
    empty: min === 0 && rest.empty,
    cost: max * one.cost + (apart ? ends + rest.cost : ends * Math.max(1, rest.cost)),
    ways: (apart ? 1 : ends) * one.ways * rest.ways,
  };
}

const overlaps = (a: Part, b: Part) => [...a.first].some((byte) => b.first.has(byte));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Asked of the engine itself: classes, escapes and cases need no second reading. */
function bytesOf(element: AST.Element, ignoreCase: boolean): Bytes {
  const one = new RegExp(`^${element.raw}$`, ignoreCase ? 'is' : 's');
  return new Set(ALL.filter((byte) => one.test(String.fromCharCode(byte))));
}
