import { describe, expect, test } from 'vitest';
import {
  attention,
  crossEntropy,
  embedding,
  gradients,
  input,
  multiply,
  relu,
  reshape,
  selectFirst,
  selectTokens,
  sum,
  type Tensor,
  variable,
} from '../../src/graph.ts';
import { type Device, type HostArray, ShapeError } from '../../src/index.ts';

export type Feeds = Readonly<Record<string, HostArray>>;

/** Runs a graph of outputs once on the device of the contract. */
export type RunOutputs = (
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Feeds,
  on?: Device,
) => Promise<Record<string, HostArray>>;

/** Batches that operations cannot use: labels, ids and boundaries out of range, nothing at all. */
export function refusesBatches(run: RunOutputs, device: () => Device): void {
  describe('a batch that operations cannot use is refused before the run', () => {
    const cu = input('cuSeqlens', ['boundaries'], 'i32');
    const tokens = input('x', ['tokens', 6]);
    const logits = input('logits', ['sequences', 3]);
    const labels = input('labels', ['sequences'], 'i32');
    const ids = input('ids', ['tokens'], 'i32');
    const table = input('table', [5, 4]);
    const chosen = input('chosen', ['masked'], 'i32');
    const loss = crossEntropy(logits, labels);
    const rows = embedding(table, ids);
    const context = attention(tokens, cu, 1);
    const first = selectFirst(tokens, cu);
    const picked = selectTokens(tokens, chosen);
    const slopeOf = (y: Tensor, by: Tensor): Tensor =>
      gradients(sum(multiply(y, input('w', y.shape))), [by])[0] as Tensor;

    const f = (length: number): Float32Array => new Float32Array(length).fill(0.5);
    const i = (...values: number[]): Int32Array => Int32Array.from(values);
    const graphs: Record<string, readonly [Tensor, Feeds]> = {
      loss: [loss, { logits: f(6), labels: i(2, 0) }],
      'gradient of the loss': [gradients(loss, [logits])[0] as Tensor, { logits: f(6), labels: i(2, 0) }],
      rows: [rows, { table: f(20), ids: i(4, 0, 2) }],
      'gradient of the rows': [slopeOf(rows, table), { ids: i(4, 0, 2), w: f(12) }],
      context: [context, { x: f(18), cuSeqlens: i(0, 1, 3) }],
      'gradient of the context': [slopeOf(context, tokens), { x: f(18), cuSeqlens: i(0, 1, 3), w: f(6) }],
      first: [first, { x: f(18), cuSeqlens: i(0, 1, 3) }],
      'gradient of the first': [
        slopeOf(first, tokens),
        // The number of tokens is known from somewhere else.
        { cuSeqlens: i(0, 1, 3), w: f(12), ids: i(0, 0, 0), table: f(20) },
      ],
      picked: [picked, { x: f(18), chosen: i(2, 0) }],
    };
    const labeled = ['loss', 'gradient of the loss'];
    const looked = ['rows', 'gradient of the rows'];
    const ragged = ['context', 'gradient of the context', 'first', 'gradient of the first'];
    test.each<readonly [readonly string[], string, readonly (readonly [Int32Array, RegExp])[]]>([
      [
        labeled,
        'labels',
        [
          [i(2, -1), /label -1 is not one of 3 classes \(input 'labels', place 1\)/],
          [i(7, 0), /label 7 is not one of 3 classes/],
          [i(3, 0), /label 3 is not/],
        ],
      ],
      [
        looked,
        'ids',
        [
          [i(0, 5, 1), /id 5 is not one of 5 rows of the table \(input 'ids', place 1\)/],
          [i(-1, 0, 0), /id -1 is not/],
          [i(2147483647, 0, 0), /id 2147483647 is not/],
        ],
      ],
      [
        ragged,
        'cuSeqlens',
        [
          [i(0, 4, 3), /must ascend.* 4 is followed by 3 \(place 2\)/],
          [i(0, 1, 1), /must ascend/],
          [i(1, 2, 3), /must begin at 0, not at 1/],
          [i(-1, 1, 3), /must begin at 0, not at -1/],
          [i(0, 1, 2), /must end at the number of tokens, 3, not at 2/],
          [i(0, 1, 4), /must end at the number of tokens, 3, not at 4/],
        ],
      ],
      [
        ['picked'],
        'chosen',
        [
          [i(0, 3), /id 3 is not one of 3 rows/],
          [i(-1, 0), /id -1/],
        ],
      ],
    ])('%j by %s', async (names, inputName, bad) => {
      for (const graph of names) {
        const [y, feeds] = graphs[graph] as readonly [Tensor, Feeds];
        const outputs: Record<string, Tensor> = { y, ...('table' in feeds ? { rows } : {}) };
        const program = await device().compile({ outputs });
        for (const [data, message] of bad) {
          const attempt = program.run({ ...feeds, [inputName]: data });
          await expect(attempt, `${graph} ${data}`).rejects.toThrow(message);
          await expect(program.run({ ...feeds, [inputName]: data })).rejects.toBeInstanceOf(ShapeError);
        }
        // And the program goes on.
        const { y: result } = await program.run(feeds);
        expect([...(result as HostArray)].every(Number.isFinite), graph).toBe(true);
        program.dispose();
      }
    });

    test('an empty one, and sizes that do not belong together', async () => {
      const refused = async (y: Tensor, feeds: Feeds, message: RegExp): Promise<void> => {
        const attempt = run({ y }, feeds);
        await expect(attempt).rejects.toThrow(message);
        await expect(run({ y }, feeds)).rejects.toBeInstanceOf(ShapeError);
      };
      const empty = /input '\w+' .* is empty/;
      await refused(relu(tokens), { x: f(0) }, empty);
      await refused(sum(tokens, 0), { x: f(0) }, empty);
      await refused(context, { x: f(0), cuSeqlens: i(0) }, empty);
      await refused(context, { x: f(18), cuSeqlens: i() }, empty);
      await refused(context, { x: f(18), cuSeqlens: i(0) }, /at least two boundaries/);
      await refused(loss, { logits: f(0), labels: i() }, empty);
      await refused(rows, { table: f(20), ids: i() }, empty);
      const weighted = multiply(first, input('w', ['sequences', 6]));
      await refused(weighted, { x: f(18), cuSeqlens: i(0, 1, 3), w: f(18) }, /3 boundaries .* not 3/);
      const choices = reshape(logits, ['examples', 4]);
      const chosen = crossEntropy(choices, input('labels', ['examples'], 'i32'));
      await refused(chosen, { logits: f(9), labels: i(0, 0) }, /cannot reshape/);
      await refused(chosen, { logits: f(12), labels: i(0, 0) }, /has 12 elements, the other 8/);
    });

    test('integers that nobody could check are refused when the graph is compiled', async () => {
      const stored = device().upload(i(0, 9), [2]);
      await expect(device().compile({ outputs: { y: embedding(table, variable(stored)) } })).rejects.toThrow(
        /'embedding' must take its integers from an input/,
      );
      stored.dispose();
    });
  });
}
