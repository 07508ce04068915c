/** Finds keywords in a stream of bytes, in any case of ASCII letters: Aho and Corasick's automaton as one dense table. */
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

/** Lanes of one scan: the next state waits for the last, so that a processor has time for several. */
const LANES = 4;
/** Below it a lane spends too much on reading into its state. */
const LEAST_LANE = 256;

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

  function report(state: number, at: number, found: number[]): void {
    for (const keyword of outputs[state >> shift] ?? []) found.push(keyword, at + 1);
  }

  function scanLane(bytes: Uint8Array, from: number, to: number, initial: number, found: number[]): number {
    let state = initial;
    for (let at = from; at < to; at++) {
      state = table[state + (classOf[bytes[at] ?? 0] ?? 0)] ?? 0;
      if (state >= firstFound) report(state, at, found);
    }
    return state;
  }

  function warmUp(bytes: Uint8Array, at: number): number {
    let state = 0;
    for (let before = at - longest; before < at; before++)
      state = table[state + (classOf[bytes[before] ?? 0] ?? 0)] ?? 0;
    return state;
  }

  function scan(bytes: Uint8Array, from: number, to: number, initial: number, found: number[]): number {
    const length = Math.floor((to - from) / LANES);
    if (length < LEAST_LANE || length < longest) return scanLane(bytes, from, to, initial, found);
    const [second, third, fourth] = [from + length, from + 2 * length, from + 3 * length];
    let a = initial;
    let b = warmUp(bytes, second);
    let c = warmUp(bytes, third);
    let d = warmUp(bytes, fourth);
    const inB: number[] = [];
    const inC: number[] = [];
    const inD: number[] = [];
    for (let at = 0; at < length; at++) {
      a = table[a + (classOf[bytes[from + at] ?? 0] ?? 0)] ?? 0;
      b = table[b + (classOf[bytes[second + at] ?? 0] ?? 0)] ?? 0;
      c = table[c + (classOf[bytes[third + at] ?? 0] ?? 0)] ?? 0;
      d = table[d + (classOf[bytes[fourth + at] ?? 0] ?? 0)] ?? 0;
      if (a >= firstFound) report(a, from + at, found);
      if (b >= firstFound) report(b, second + at, inB);
      if (c >= firstFound) report(c, third + at, inC);
      if (d >= firstFound) report(d, fourth + at, inD);
    }
    for (const lane of [inB, inC, inD]) for (const value of lane) found.push(value);
    return scanLane(bytes, fourth + length, to, d, found);
  }

  return { start: 0, longest, scan };
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
      child.fail = node === root ? root : follow(node.fail, key, root);
      child.keywords.push(...child.fail.keywords);
      nodes.push(child);
    }
  }
  return nodes;
}

function follow(from: Node | undefined, key: number, root: Node): Node {
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
