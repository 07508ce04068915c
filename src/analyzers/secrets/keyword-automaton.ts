import { createTextScreen } from '../text-screen.ts';

/**
 * Finds keywords in a stream of bytes, in any case of ASCII letters: Aho and Corasick's automaton as one dense table where
 * pieces begin and end, and between, where there is much to read, a screen that passes faster over what is nobody's.
 */
export interface KeywordAutomaton {
  readonly start: number;
  /** Long enough before any place for the state there not to depend on what came earlier. */
  readonly longest: number;
  /**
   * Reads bytes from `from` up to `to` and appends a pair of numbers for every keyword: its index, and the offset after its
   * end. Returns the state to go on with.
   */
  readonly scan: (bytes: Uint8Array, from: number, to: number, state: number, found: number[]) => number;
}

interface Node {
  readonly children: Map<number, Node>;
  readonly keywords: number[];
  fail: Node | undefined;
  id: number;
}

/** Below it the automaton alone is as fast. */
const LEAST_SCREENED = 1_024;

export function createKeywordAutomaton(keywords: readonly string[]): KeywordAutomaton {
  const { classOf, classes } = byteClasses(keywords);
  const shift = Math.ceil(Math.log2(classes));
  const nodes = buildTrie(keywords, classOf);
  // States that found something come last: one comparison tells them.
  const ordered = [
    ...nodes.filter((node) => node.keywords.length === 0),
    ...nodes.filter((node) => node.keywords.length),
  ];
  for (const [id, node] of ordered.entries()) node.id = id;
  const table = new Int32Array(ordered.length << shift);
  for (const node of nodes) fillRow(node, table, shift, classes);
  const firstFound = ordered.findIndex((node) => node.keywords.length > 0) << shift;
  const outputs = ordered.map((node) => node.keywords);
  const longest = Math.max(...keywords.map((keyword) => keyword.length));
  const screen = createTextScreen(keywords);

  function report(state: number, at: number, found: number[]): void {
    for (const keyword of outputs[state >> shift] ?? []) found.push(keyword, at + 1);
  }

  function follow(bytes: Uint8Array, from: number, to: number, initial: number, found: number[]): number {
    let state = initial;
    for (let at = from; at < to; at++) {
      state = table[state + (classOf[bytes[at] ?? 0] ?? 0)] ?? 0;
      if (state >= firstFound) report(state, at, found);
    }
    return state;
  }

  function stateAt(bytes: Uint8Array, at: number): number {
    let state = 0;
    for (let before = at - longest; before < at; before++)
      state = table[state + (classOf[bytes[before] ?? 0] ?? 0)] ?? 0;
    return state;
  }

  function scan(bytes: Uint8Array, from: number, to: number, initial: number, found: number[]): number {
    if (to - from < Math.max(LEAST_SCREENED, 2 * longest)) return follow(bytes, from, to, initial, found);
    // What began in the piece before ends in here; all that ends later lies in this piece as a whole.
    const border = from + longest;
    follow(bytes, from, border, initial, found);
    const screened: number[] = [];
    screen.find(bytes, from, to, screened);
    for (const { keyword, end } of inOrder(screened, keywords)) if (end > border) found.push(keyword, end);
    return stateAt(bytes, to);
  }

  return { start: 0, longest, scan };
}

/** As the automaton reports: by their end, the longer first. */
function inOrder(pairs: readonly number[], keywords: readonly string[]) {
  const found: { readonly keyword: number; readonly end: number; readonly length: number }[] = [];
  for (let at = 0; at < pairs.length; at += 2) {
    const keyword = pairs[at] as number;
    found.push({ keyword, end: pairs[at + 1] as number, length: keywords[keyword]?.length ?? 0 });
  }
  return found.sort((a, b) => a.end - b.end || b.length - a.length);
}

/** Bytes that no keyword holds are of class 0; a letter and its capital are of one class. */
function byteClasses(keywords: readonly string[]): { classOf: Uint8Array; classes: number } {
  const classOf = new Uint8Array(256);
  let classes = 1;
  for (const keyword of keywords) {
    for (const byte of Buffer.from(keyword.toLowerCase(), 'latin1')) {
      if (classOf[byte] !== 0) continue;
      classOf[byte] = classes;
      const capital = String.fromCharCode(byte).toUpperCase().charCodeAt(0);
      if (byte >= 97 && byte <= 122) classOf[capital] = classes;
      classes++;
    }
  }
  return { classOf, classes };
}

/** All nodes, each after its parent and the one it fails to. */
function buildTrie(keywords: readonly string[], classOf: Uint8Array): readonly Node[] {
  const root: Node = { children: new Map(), keywords: [], fail: undefined, id: 0 };
  for (const [index, keyword] of keywords.entries()) {
    let node = root;
    for (const byte of Buffer.from(keyword.toLowerCase(), 'latin1')) {
      const key = classOf[byte] ?? 0;
      const next = node.children.get(key) ?? { children: new Map(), keywords: [], fail: root, id: 0 };
      node.children.set(key, next);
      node = next;
    }
    node.keywords.push(index);
  }
  const nodes = [root];
  for (const node of nodes) {
    for (const [key, child] of node.children) {
      child.fail = node === root ? root : fallBack(node.fail, key, root);
      child.keywords.push(...child.fail.keywords);
      nodes.push(child);
    }
  }
  return nodes;
}

function fallBack(from: Node | undefined, key: number, root: Node): Node {
  for (let node = from; node; node = node.fail) {
    const child = node.children.get(key);
    if (child) return child;
  }
  return root;
}

/** Rows hold offsets of rows; the row of the node it fails to is complete already. */
function fillRow(node: Node, table: Int32Array, shift: number, classes: number): void {
  const row = node.id << shift;
  const fallback = (node.fail?.id ?? 0) << shift;
  for (let key = 0; key < classes; key++) {
    const child = node.children.get(key);
    table[row + key] = child ? child.id << shift : node.fail ? (table[fallback + key] ?? 0) : 0;
  }
}
