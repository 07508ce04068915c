import { errors } from './errors.ts';
import type { JsonObject } from './parse-input.ts';

/** A node of the tree of names: a value, or members by their name. */
type Node = Map<string, Node> | { readonly value: unknown };

const MAX_DEPTH = 10;
const INDEX = /^\d{1,9}$/;

/**
 * Puts `Filters.0.Values.1` together: names are joined by dots, members whose names are all digits make an array in the
 * order of their numbers, so that gaps and counting from one do not matter.
 * https://www.tencentcloud.com/document/api/1209/56023
 * @throws ApiError InvalidParameter when a name is given twice, is a value and a parent at once, or is nested too deeply
 */
export function unflatten(pairs: Iterable<readonly [name: string, value: unknown]>): JsonObject {
  const root = new Map<string, Node>();
  for (const [name, value] of pairs) {
    const path = name.split('.');
    const last = path.pop() ?? '';
    if (path.length >= MAX_DEPTH) throw errors.nameTooDeep(name, MAX_DEPTH);
    const parent = path.reduce((node, part) => childOf(node, part, name), root);
    if (parent.has(last)) throw errors.nameGivenTwice(name);
    parent.set(last, { value });
  }
  return toObject(root);
}

function childOf(node: Map<string, Node>, part: string, name: string): Map<string, Node> {
  const known = node.get(part);
  if (known instanceof Map) return known;
  if (known) throw errors.nameGivenTwice(name);
  const child = new Map<string, Node>();
  node.set(part, child);
  return child;
}

const toValue = (node: Node): unknown => {
  if (!(node instanceof Map)) return node.value;
  const names = [...node.keys()];
  if (!names.every((name) => INDEX.test(name))) return toObject(node);
  return [...node.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, member]) => toValue(member));
};

function toObject(node: ReadonlyMap<string, Node>): JsonObject {
  // Without a prototype, so that a member called __proto__ is an unknown parameter like any other.
  const result: Record<string, unknown> = Object.create(null);
  for (const [name, member] of node) result[name] = toValue(member);
  return result;
}
