/**
 * The pieces of a vocabulary by their UTF-16 units. All nodes are in one map, which is fast to build for 250,000
 * pieces.
 */
export class Trie {
  /** Child of a node by `node * 65536 + unit`. */
  readonly #children = new Map<number, number>();
  /** The number of the piece that ends at each node, or -1. */
  readonly #values: number[] = [-1];

  set(key: string, value: number): void {
    let node = 0;
    for (let i = 0; i < key.length; i++) {
      const edge = node * 65536 + key.charCodeAt(i);
      let child = this.#children.get(edge);
      if (child === undefined) {
        child = this.#values.length;
        this.#children.set(edge, child);
        this.#values.push(-1);
      }
      node = child;
    }
    this.#values[node] = value;
  }

  /** Returns the node that a unit leads to from another node. The root is 0. */
  step(node: number, unit: number): number | undefined {
    return this.#children.get(node * 65536 + unit);
  }

  /** Returns the value at a node, or -1. */
  value(node: number): number {
    return this.#values[node]!;
  }
}
