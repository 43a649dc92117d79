import { expect, test } from 'vitest';
import { fileListSource, loadTask, MissingFileError, readFileTask } from '../../src/index.ts';

const rows = Array.from({ length: 40 }, (_, i) => `"text ${i}, quoted",${i % 2 === 0 ? 'good' : 'bad'}`);
const csv = ['\ufefftext,label', ...rows].join('\r\n');

async function gzip(content: string): Promise<ArrayBuffer> {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

test('a file that a visitor has chosen, plain and compressed', async () => {
  const plain = new File([csv], 'reviews.csv');
  const zipped = new File([await gzip(csv)], 'reviews.csv.gz');
  const tasks = await Promise.all(
    [plain, zipped].map(async (file) =>
      loadTask(await readFileTask({ data: fileListSource([file]), file: file.name })),
    ),
  );
  for (const task of tasks) {
    expect(task).toMatchObject({ id: 'own/reviews', labels: ['bad', 'good'] });
    expect([task.train.length, task.validation.length, task.test.length]).toEqual([32, 4, 4]);
    expect(task.train[0]!.segments[0]).toMatch(/^text \d+, quoted$/);
  }
  expect(tasks[0]!.fingerprint).toBe(tasks[1]!.fingerprint);
});

test('the files of a folder that a visitor has chosen', async () => {
  const chosen = (name: string): File =>
    Object.defineProperty(new File([csv], name), 'webkitRelativePath', { value: `my data/${name}` });
  const data = fileListSource(['train.csv', 'dev.csv', 'test.csv'].map(chosen));
  const { layout } = await readFileTask({ data });
  expect(layout.splits.validation).toEqual({ file: 'dev.csv', rows: 40, drawn: false });
  await expect(readFileTask({ data: fileListSource([chosen('dev.csv')]) })).rejects.toBeInstanceOf(
    MissingFileError,
  );
});
