import { expect, test } from 'vitest';
import { DatasetError, fileListSource, folderSource, loadTask, UnreadableFileError } from '../src/index.ts';

const header = 'index\tsentence1\tsentence2\tlabel';
const rows = Array.from({ length: 40 }, (_, i) => `${i}\tA ${i}\tB ${i}\t${i % 2 ? '' : 'not_'}entailment`);
const text = [header, ...rows].join('\n');

/** As a visitor's choice of a folder gives it. */
const chosen = (path: string, content: BlobPart): File =>
  Object.defineProperty(new File([content], path.replace(/.*\//, '')), 'webkitRelativePath', { value: path });

async function gzip(content: string): Promise<ArrayBuffer> {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

test('files a visitor has chosen, one of them compressed', async () => {
  const files = [chosen('glue/RTE/train.tsv.gz', await gzip(text)), chosen('glue/RTE/dev.tsv', text)];
  const task = await loadTask('glue/rte', { data: fileListSource(files) });
  expect([task.train.length, task.validation.length, task.test.length]).toEqual([36, 4, 40]);
  expect(task.test[1]).toEqual({ index: 1, segments: ['A 1', 'B 1'], label: 0 });
  expect(task.fingerprint).toMatch(/^[0-9a-f]{64}$/);
});

test('compressed data that is cut short', async () => {
  const cut = (await gzip(text)).slice(0, -9);
  const files = [chosen('glue/RTE/train.tsv.gz', cut), chosen('glue/RTE/dev.tsv', text)];
  await expect(loadTask('glue/rte', { data: fileListSource(files) })).rejects.toBeInstanceOf(
    UnreadableFileError,
  );
});

test('a folder is a web address here, unless a folder of the disk is asked for', async () => {
  await expect(loadTask('glue/rte', { data: '/no/such/data' })).rejects.toThrow('in /no/such/data/');
  expect(() => folderSource('/data')).toThrow(DatasetError);
});
