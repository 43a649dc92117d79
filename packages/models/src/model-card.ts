import type { FileSet } from '@scalearn/core';
import { type Assessment, baselineNames, roundedScore } from '@scalearn/evaluation';
import { code, hubName, kindOf, labelSection, plain, quoted, taskTypes } from './card-text.ts';
import { type ModelInfo, modelInfoFile, type TaskInfo } from './model-info.ts';

/** Name of the model card in a folder. The Hugging Face hub shows it as the page of the model. */
export const modelCardFile = 'README.md';

/** How a model was trained and what it scored, for its card. Everything may be left out. */
export interface CardDetails {
  /** Title of the card. Default: the tasks of the model. */
  readonly title?: string;
  /** Display name of the method, such as `ScaLearn++`. Default: its id. */
  readonly method?: string;
  /** Language codes of the texts, such as `en`. Default: the card does not say. */
  readonly languages?: readonly string[];
  /** License of the model, by the hub's identifiers, such as `mit`. Default: the card does not say. */
  readonly license?: string;
  /** Further lines about the training, such as `learning rate` and `0.001`. Default: none. */
  readonly training?: Readonly<Record<string, string | number>>;
  /** What the score of each task on its test rows is worth, by the task's id. Default: the card has no scores. */
  readonly assessments?: Readonly<Record<string, Assessment>>;
}

interface CardInput extends CardDetails {
  readonly info: ModelInfo;
  /** Id of the method. */
  readonly methodId: string;
  /** Number of trained values. */
  readonly parameters: { readonly method: number; readonly head: number };
  /** The folder's files. They decide what Python can load. */
  readonly files: FileSet;
}

/** Returns the model card: a page in Markdown with the header that the Hugging Face hub reads. */
export function modelCard(input: CardInput): string {
  const { info, methodId, method = methodId, assessments = {} } = input;
  const ids = info.tasks.map(({ id }) => id);
  const title = input.title ?? ids.join(', ');
  const scores = info.tasks.flatMap((task) => {
    const assessment = assessments[task.id];
    return assessment ? [scoreSection(task, assessment, ids.length > 1)] : [];
  });
  return [
    header(input, title),
    `# ${plain(title)}\n`,
    `${kindOf(info.tasks)} trained with the method ${plain(method)} of [ScaLearn](https://arxiv.org/abs/2310.01217) on the frozen encoder ${code(info.encoder.name)}.\n`,
    ...scores,
    labelSection(info.tasks),
    javaScriptSection(info),
    pythonSection(input),
    trainingSection(input),
  ].join('\n');
}

/** Returns the header as YAML. Every text is quoted as JSON, which YAML reads. */
function header({ info, methodId, languages, license, assessments = {} }: CardInput, title: string): string {
  const base = hubName(info.encoder);
  const [first] = info.tasks;
  const scored = info.tasks.flatMap((task) => {
    const assessment = assessments[task.id];
    return assessment && Number.isFinite(assessment.score) ? [{ task, assessment }] : [];
  });
  const results = scored.flatMap(({ task: { id, problem }, assessment: { metric, score } }) => [
    `      - task: { type: ${quoted(taskTypes[problem])} }`,
    `        dataset: { type: ${quoted(id)}, name: ${quoted(id)} }`,
    `        metrics: [{ type: ${quoted(metric)}, value: ${score} }]`,
  ]);
  return [
    '---',
    'library_name: scalearn',
    ...(first ? [`pipeline_tag: ${taskTypes[first.problem]}`] : []),
    ...(base === undefined ? [] : [`base_model: ${quoted(base)}`]),
    ...(languages ? [`language: [${languages.map(quoted).join(', ')}]`] : []),
    ...(license === undefined ? [] : [`license: ${quoted(license)}`]),
    `tags: [${['scalearn', methodId].map(quoted).join(', ')}]`,
    ...(results.length > 0 ? ['model-index:', `  - name: ${quoted(title)}`, '    results:', ...results] : []),
    '---\n',
  ].join('\n');
}

function scoreSection({ id }: TaskInfo, assessment: Assessment, several: boolean): string {
  const { metric, score, interval, rows, baselines, classes, findings } = assessment;
  const shown = (value: number): string => roundedScore(value, rows);
  const lines = [
    `## ${several ? `Scores on ${plain(id)}` : 'Scores'}\n`,
    `On ${rows.toLocaleString('en-US')} test rows:\n`,
    `| | ${metric} |`,
    '|---|---|',
    `| **this model** | **${shown(score)}**${interval ? ` (95 % interval ${shown(interval[0])} to ${shown(interval[1])})` : ''} |`,
    ...baselines.map(({ kind, score: simple }) => `| ${baselineNames[kind]} | ${shown(simple)} |`),
    '',
  ];
  if (classes.length > 0)
    lines.push(
      '| class | precision | recall | F1 | rows |',
      '|---|---|---|---|---|',
      ...classes.map(
        (each) =>
          `| ${plain(each.label)} | ${shown(each.precision)} | ${shown(each.recall)} | ${shown(each.f1)} | ${each.support} |`,
      ),
      '',
    );
  for (const { text, advice } of findings) lines.push(`* ${plain(text)} ${plain(advice)}`);
  if (findings.length > 0) lines.push('');
  return lines.join('\n');
}

function javaScriptSection({ encoder, tasks: [task] }: ModelInfo): string {
  const place =
    hubName(encoder) === undefined ? `, encoder: ${quoted(`path or hub name of ${encoder.name}`)}` : '';
  const call = task?.problem === 'regression' ? 'score' : 'classify';
  return `## Use it in JavaScript

\`\`\`ts
import { requestDevice } from '@scalearn/core';
import { loadModel } from '@scalearn/models';

const device = await requestDevice();
const model = await loadModel('this folder, or its name on the hub', { device${place} });
console.log(await model.${call}(['a text']));
\`\`\`
`;
}

/** Files of folders with more than the Python library `adapters` reads from an adapter. */
const notForPython = ['adapter_mask.safetensors', 'joint_config.json'];

function pythonSection({ files, info, methodId }: CardInput): string {
  const base = quoted(hubName(info.encoder) ?? info.encoder.name);
  const has = (name: string): boolean => Object.hasOwn(files, name);
  const lead = '## Use it in Python\n\n';
  if (Object.values(files).some((text) => typeof text === 'string' && text.includes('"pooling": "mean"')))
    return `${lead}The head reads the mean of all tokens, which no class of the Python libraries does. \`scalearn export\` writes an ONNX model that any program can run.\n`;
  if (has('model.safetensors') && has('config.json'))
    return `${lead}\`\`\`python
from transformers import AutoModelForSequenceClassification

model = AutoModelForSequenceClassification.from_pretrained("this folder")
\`\`\`
`;
  if (has('adapter_config.json') && !notForPython.some(has))
    return `${lead}\`\`\`python
from adapters import AutoAdapterModel

model = AutoAdapterModel.from_pretrained(${base})
model.load_adapter("this folder", set_active=True)
\`\`\`
`;
  if (has('scalearn_config.json'))
    return `${lead}\`scalearn merge --model DIR --out MERGED\` turns this model into one adapter that the Python library \`adapters\` loads.\n`;
  return `${lead}The Python library \`adapters\` has no class for the method ${code(methodId)}. \`scalearn export\` writes an ONNX model that any program can run.\n`;
}

function trainingSection({ info, methodId, parameters, training = {} }: CardInput): string {
  const facts = {
    method: code(methodId),
    'trained parameters': `${parameters.method.toLocaleString('en-US')} of the method and ${parameters.head.toLocaleString('en-US')} of the head`,
    encoder: `${code(info.encoder.name)}, ${info.encoder.layers} layers, fingerprint ${code(info.encoder.fingerprint)}`,
    ...Object.fromEntries(Object.entries(training).map(([name, value]) => [name, plain(String(value))])),
  };
  return [
    '## Training\n',
    '| | |',
    '|---|---|',
    ...Object.entries(facts).map(([name, value]) => `| ${plain(name)} | ${value} |`),
    '',
    `\`${modelInfoFile}\` has what a program needs to use the model.`,
    '',
  ].join('\n');
}
