/** A row with the answer to it. */
export type Answered<Row, Answer> = readonly [row: Row, answer: Answer];

/**
 * Answers rows in their order, a window of them at a time. The rows of a window are read after those of the window before
 * were answered and taken, so no more than one window is in memory.
 *
 * @param size rows of a window
 * @param answer returns an answer for each row
 */
export async function* inWindows<Row, Answer>(
  rows: AsyncIterable<Row>,
  size: number,
  answer: (rows: readonly Row[]) => Promise<readonly Answer[]>,
): AsyncGenerator<readonly Answered<Row, Answer>[], void, undefined> {
  let window: Row[] = [];
  const answered = async (): Promise<Answered<Row, Answer>[]> => {
    const answers = await answer(window);
    return window.map((row, i) => [row, answers[i] as Answer]);
  };
  for await (const row of rows) {
    window.push(row);
    if (window.length < size) continue;
    yield await answered();
    window = [];
  }
  if (window.length > 0) yield await answered();
}

/** Answers rows sorted by length, so that rows of a batch have similar lengths; returns the answers in the rows' order. */
export async function byLength<Row, Answer>(
  rows: readonly Row[],
  lengthOf: (row: Row) => number,
  answer: (rows: readonly Row[]) => Promise<readonly Answer[]>,
): Promise<readonly Answer[]> {
  const lengths = rows.map(lengthOf);
  const order = rows.map((_, i) => i).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const sorted = await answer(order.map((i) => rows[i]!));
  const answers = new Array<Answer>(rows.length);
  for (const [at, i] of order.entries()) answers[i] = sorted[at]!;
  return answers;
}
