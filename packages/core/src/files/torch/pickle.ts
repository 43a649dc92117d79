import type { TorchFail } from '../errors.ts';
import type { ByteCursor } from './cursor.ts';

/** A Python tuple. Lists become arrays, dictionaries become maps, None becomes null. */
export class Tuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** Resolves everything in a pickle beyond plain data. The machine itself knows no names. */
export interface PickleHost {
  global(module: string, name: string): unknown;
  persistent(id: unknown): unknown;
  call(callable: unknown, args: readonly unknown[]): unknown;
  /** Handles Python's `__setstate__`. */
  build(object: unknown, state: unknown): void;
}

/** Limit of steps: more than pickles of models take (35 per tensor), and few enough that the objects fit in memory. */
const MAX_STEPS = 1_000_000;
/** Limit for integers. The longest one needed, the magic number of torch's streams, has 10 bytes. */
const MAX_INTEGER_BYTES = 16;

/**
 * Runs one pickle up to its STOP. Opcodes that dictionaries of tensors do not need are refused. Nothing recurses, so
 * nesting costs only memory, which the number of steps limits.
 */
export function unpickle(cursor: ByteCursor, host: PickleHost, fail: TorchFail): unknown {
  const machine = new Machine(cursor, host, fail);
  for (let step = 0; step < MAX_STEPS; step++) {
    const code = cursor.u8();
    if (code === STOP) return machine.pop();
    const run = opcodes[code];
    if (!run) {
      const opcode = `0x${code.toString(16)}`;
      return fail(
        'forbidden-opcode',
        `its pickle has the opcode ${opcode}, which tensors do not need`,
        opcode,
      );
    }
    run(machine);
  }
  return fail('too-large', `its pickle takes more than ${MAX_STEPS} steps`);
}

const STOP = 0x2e;

/** The state that opcodes act on. */
class Machine {
  readonly cursor: ByteCursor;
  readonly host: PickleHost;
  readonly fail: TorchFail;
  readonly #memo = new Map<number, unknown>();
  /** The values pushed since the last mark. */
  #stack: unknown[] = [];
  readonly #marked: unknown[][] = [];

  constructor(cursor: ByteCursor, host: PickleHost, fail: TorchFail) {
    this.cursor = cursor;
    this.host = host;
    this.fail = fail;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }
  pop(): unknown {
    return this.#stack.length > 0 ? this.#stack.pop() : this.#damaged('it takes what was never put there');
  }
  pops(count: number): unknown[] {
    const from = this.#stack.length - count;
    return from >= 0 ? this.#stack.splice(from) : this.#damaged('it takes what was never put there');
  }
  top(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }
  mark(): void {
    this.#marked.push(this.#stack);
    this.#stack = [];
  }
  popMark(): unknown[] {
    const items = this.#stack;
    this.#stack = this.#marked.pop() ?? this.#damaged('it needs a mark that it never set');
    return items;
  }
  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }
  recall(index: number): void {
    if (!this.#memo.has(index)) this.#damaged('it reads a memo entry that it never wrote');
    this.push(this.#memo.get(index));
  }

  /** Reads a little-endian integer in two's complement. */
  long(length: number): number | bigint {
    const bytes = this.cursor.take(length);
    if (length > MAX_INTEGER_BYTES) this.fail('too-large', `its pickle has a number of ${length} bytes`);
    let value = 0n;
    for (const [i, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * i);
    const signed = BigInt.asIntN(8 * length, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }
  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) this.#damaged('it appends to something that is not a list');
    for (const item of items) list.push(item);
  }
  setItems(items: readonly unknown[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof Map) || items.length % 2 !== 0)
      this.#damaged('it sets items of something that is not a dictionary');
    for (let i = 0; i < items.length; i += 2) dictionary.set(items[i], items[i + 1]);
  }
  stackGlobal(): void {
    const [module, name] = this.pops(2);
    if (typeof module !== 'string' || typeof name !== 'string')
      this.#damaged('the name of a global is not text');
    this.push(this.host.global(module, name));
  }
  reduce(): void {
    const [callable, args] = this.pops(2);
    if (!(args instanceof Tuple)) this.#damaged('it calls a function with something that is not a tuple');
    this.push(this.host.call(callable, args.items));
  }

  #damaged(what: string): never {
    return this.fail('malformed', `its pickle is damaged: ${what}`);
  }
}

type Run = (machine: Machine) => void;

/** Opcodes by their codes in Python's pickletools: those of protocol 2, which torch writes, and later equivalents. */
const opcodes: Readonly<Record<number, Run>> = {
  128: (m) => m.cursor.u8(), // PROTO
  149: (m) => m.cursor.take(8), // FRAME
  40: (m) => m.mark(), // MARK
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  75: (m) => m.push(m.cursor.u8()), // BININT1
  77: (m) => m.push(m.cursor.u16()), // BININT2
  74: (m) => m.push(m.cursor.i32()), // BININT
  138: (m) => m.push(m.long(m.cursor.u8())), // LONG1
  71: (m) => m.push(m.cursor.doubleBigEndian()), // BINFLOAT
  140: (m) => m.push(m.cursor.text(m.cursor.u8())), // SHORT_BINUNICODE
  88: (m) => m.push(m.cursor.text(m.cursor.u32())), // BINUNICODE
  41: (m) => m.push(new Tuple([])), // EMPTY_TUPLE
  133: (m) => m.push(new Tuple(m.pops(1))), // TUPLE1
  134: (m) => m.push(new Tuple(m.pops(2))), // TUPLE2
  135: (m) => m.push(new Tuple(m.pops(3))), // TUPLE3
  116: (m) => m.push(new Tuple(m.popMark())), // TUPLE
  93: (m) => m.push([]), // EMPTY_LIST
  97: (m) => m.append(m.pops(1)), // APPEND
  101: (m) => m.append(m.popMark()), // APPENDS
  125: (m) => m.push(new Map()), // EMPTY_DICT
  115: (m) => m.setItems(m.pops(2)), // SETITEM
  117: (m) => m.setItems(m.popMark()), // SETITEMS
  113: (m) => m.remember(m.cursor.u8()), // BINPUT
  114: (m) => m.remember(m.cursor.u32()), // LONG_BINPUT
  148: (m) => m.remember(), // MEMOIZE
  104: (m) => m.recall(m.cursor.u8()), // BINGET
  106: (m) => m.recall(m.cursor.u32()), // LONG_BINGET
  99: (m) => m.push(m.host.global(m.cursor.line(), m.cursor.line())), // GLOBAL
  147: (m) => m.stackGlobal(), // STACK_GLOBAL
  81: (m) => m.push(m.host.persistent(m.pop())), // BINPERSID
  82: (m) => m.reduce(), // REDUCE
  98: (m) => {
    const [object, state] = m.pops(2);
    m.host.build(object, state);
    m.push(object);
  }, // BUILD
};
