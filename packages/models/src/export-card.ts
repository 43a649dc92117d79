import { roundedScore } from '@scalearn/evaluation';
import { code, hubName, kindOf, labelSection, plain, quoted, taskTypes } from './card-text.ts';
import type { EncoderInfo, TaskInfo } from './model-info.ts';

/** A model in an exported folder. */
export interface ExportedModelInfo {
  /** Name of the model; its task's id if it is the only one. */
  readonly name: string;
  /** Its task. A temperature is part of the exported file. */
  readonly task: TaskInfo;
  /** Id of the method. */
  readonly methodId: string;
  /** What its score is; undefined if it was not measured. */
  readonly measured?: ExportedScoreInfo | undefined;
}

/** What the score of an exported model is. */
export interface ExportedScoreInfo {
  /** Name of the metric. */
  readonly metric: string;
  /** Number of scored rows. */
  readonly rows: number;
  /** Name of the data, such as `glue/rte`. */
  readonly data: string;
}

/** A file of an export, or a type that was only measured. */
export interface ExportedFileInfo {
  /** Path in the folder; null if it was measured and not written. */
  readonly file: string | null;
  /** Storage type of the weights, as the command names it. */
  readonly dtype: string;
  /** Name of the type in transformers.js. */
  readonly transformersDtype: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Score of each measured model by its name. */
  readonly scores: Readonly<Record<string, number>>;
  /** Rows per second; undefined if nothing was measured. */
  readonly rowsPerSecond?: number | undefined;
}

/** What {@link exportCard} describes. */
export interface ExportCardInput {
  /** The encoder of the models. */
  readonly encoder: EncoderInfo;
  /** One model, or several that share the encoder. */
  readonly models: readonly ExportedModelInfo[];
  /** The files. Scores are compared with those of the type `f32`. */
  readonly files: readonly ExportedFileInfo[];
  /** Why scores were not measured, as an end of a sentence; undefined if they were. */
  readonly reason?: string | undefined;
}

/** Returns the card of an exported folder, `README.md`: what each file costs, and how transformers.js opens it. */
export function exportCard({ encoder, models, files, reason }: ExportCardInput): string {
  const tasks = models.map(({ task, name }) => ({ ...task, id: name }));
  const title = tasks.map(({ id }) => id).join(', ');
  const methods = [...new Set(models.map(({ methodId }) => methodId))];
  const base = hubName(encoder);
  return [
    '---',
    'library_name: transformers.js',
    ...(models[0] ? [`pipeline_tag: ${taskTypes[models[0].task.problem]}`] : []),
    ...(base === undefined ? [] : [`base_model: ${quoted(base)}`]),
    `tags: [${['onnx', 'scalearn', ...methods].map(quoted).join(', ')}]`,
    '---\n',
    `# ${plain(title)}\n`,
    `${kindOf(tasks)} trained with the ${methods.length === 1 ? 'method' : 'methods'} ${methods.map(plain).join(', ')} of [ScaLearn](https://arxiv.org/abs/2310.01217) on the frozen encoder ${code(encoder.name)}, and exported as ONNX with the encoder.\n`,
    '## Files\n',
    ...measuredLines(models, reason),
    '',
    ...fileTable(models, files),
    '',
    // The temperature is part of the files.
    labelSection(tasks.map((task) => ({ ...task, temperature: 1 }))),
    ...temperatureLines(tasks),
    useSection(models, files),
  ].join('\n');
}

function temperatureLines(tasks: readonly TaskInfo[]): readonly string[] {
  return tasks
    .filter(({ temperature }) => temperature !== 1)
    .map(
      ({ id, temperature }) =>
        `The logits are already divided by the temperature ${Number(temperature.toPrecision(3))}${tasks.length > 1 ? ` for ${plain(id)}` : ''}.\n`,
    );
}

function measuredLines(models: readonly ExportedModelInfo[], reason: string | undefined): readonly string[] {
  const measured = models.flatMap(({ name, measured }) => (measured ? [{ name, ...measured }] : []));
  const lines = measured.map(
    ({ name, metric, rows, data }) =>
      `* ${measured.length > 1 ? `${plain(name)}: ` : ''}${plain(metric)} on ${rows.toLocaleString('en-US')} test rows of ${plain(data)}`,
  );
  const lead = 'Scores were computed with ONNX Runtime on the files themselves:';
  return [
    ...(lines.length > 0 ? [lead, '', ...lines] : []),
    ...(reason === undefined ? [] : [`The loss of accuracy was not measured: ${plain(reason)}.`]),
  ];
}

function fileTable(
  models: readonly ExportedModelInfo[],
  files: readonly ExportedFileInfo[],
): readonly string[] {
  const measured = models.flatMap(({ name, measured }) => (measured ? [{ name, ...measured }] : []));
  const exact = files.find(({ dtype }) => dtype === 'f32');
  const columns = measured.map(({ name, metric }) =>
    plain(measured.length > 1 ? `${name}: ${metric}` : metric),
  );
  const speed = measured.length > 0 ? ['rows per second'] : [];
  const heads = ['file', 'type', 'MiB', ...columns, ...speed];
  return [
    `| ${heads.join(' | ')} |`,
    `|${heads.map((_, i) => (i < 2 ? '---' : '---:')).join('|')}|`,
    ...files.map(({ file, dtype, bytes, scores, rowsPerSecond }) => {
      const shown = measured.map(({ name, rows }) => {
        const [score, whole] = [scores[name] ?? Number.NaN, exact?.scores[name] ?? Number.NaN];
        const difference = dtype === 'f32' ? '' : ` (${signed(score - whole, rows)})`;
        return `${roundedScore(score, rows)}${difference}`;
      });
      const name = file === null ? 'not exported' : code(file);
      const pace = measured.length > 0 ? [String(Math.round(rowsPerSecond ?? 0))] : [];
      return `| ${[name, dtype, (bytes / 2 ** 20).toFixed(1), ...shown, ...pace].join(' | ')} |`;
    }),
  ];
}

const signed = (difference: number, rows: number): string =>
  `${difference < 0 ? '−' : '+'}${roundedScore(Math.abs(difference), rows)}`;

function useSection(models: readonly ExportedModelInfo[], files: readonly ExportedFileInfo[]): string {
  const written = files.filter(({ file }) => file !== null);
  const dtype = quoted(written[0]?.transformersDtype ?? 'fp32').replaceAll('"', "'");
  const types = written.map(({ transformersDtype }) => `\`${transformersDtype}\``).join(', ');
  const isPlain = models.length === 1 && models[0]?.task.problem === 'singleLabelClassification';
  const several = models.length > 1;
  const indices = models.map(({ name }, index) => `${index}: ${name}`).join(', ');
  const code = isPlain
    ? `import { pipeline } from '@huggingface/transformers';

const classify = await pipeline('text-classification', 'this folder, or its name on the hub', { dtype: ${dtype} });
console.log(await classify('a text'));`
    : `import { AutoModelForSequenceClassification, AutoTokenizer${several ? ', Tensor' : ''} } from '@huggingface/transformers';

const place = 'this folder, or its name on the hub';
const tokenizer = await AutoTokenizer.from_pretrained(place);
const model = await AutoModelForSequenceClassification.from_pretrained(place, { dtype: ${dtype} });
const inputs = tokenizer(['a text'], { padding: true, truncation: true });
${several ? `// ${indices.replaceAll(/\s+/g, ' ')}\nconst { logits } = await model({ ...inputs, model: new Tensor('int64', [0n], [1]) });` : 'const { logits } = await model(inputs);'}
console.log(logits.tolist());`;
  return `## Use it in JavaScript

\`\`\`ts
${code}
\`\`\`

\`dtype\` selects the file: ${types}.
`;
}
