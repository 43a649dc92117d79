import type { Device, HostArray, NamedTensor } from '@scalearn/core';
import {
  add,
  gradients,
  input,
  linearSchedule,
  multiply,
  type Program,
  randomInput,
  scale,
  selectFirst,
  split,
  type Tensor,
} from '@scalearn/core/graph';
import {
  createHead,
  type Dropout,
  optimizerFeeds,
  storedSource,
  TrainableModel,
  trainingGraph,
} from '@scalearn/core/methods';
import { relativeDifference } from '@scalearn/core/testing';
import type { TransformerEncoder } from '@scalearn/encoders';
import { compareAfter, compareOutputs, type Difference } from './differences.ts';
import type { Batch, Case, Tolerance } from './folder.ts';
import { caseEncoder, caseModel, caseTasks } from './setup.ts';

const flat = (rows: Batch['input_ids']): readonly (readonly number[])[] =>
  (typeof rows[0]?.[0] === 'number' ? rows : rows.flat()) as readonly (readonly number[])[];

/** The task of the batch. */
function taskOf(c: Case, index: number): string {
  return c.file.batches[index]?.task ?? (Object.keys(caseTasks(c))[0] as string);
}

/** Returns a recorded batch as graph inputs. */
function batchFeeds(
  encoder: TransformerEncoder,
  c: Case,
  index: number,
  labeled = true,
): Record<string, HostArray> {
  const batch = c.file.batches[index] as Batch;
  const types = batch.token_type_ids && flat(batch.token_type_ids);
  const texts = flat(batch.input_ids).map((inputIds, i) => ({
    inputIds,
    ...(types ? { tokenTypeIds: types[i] as readonly number[] } : {}),
  }));
  const feeds = encoder.feeds(texts);
  if (!labeled || !batch.labels) return feeds;
  const labels = batch.labels.flat() as number[];
  const problem = caseTasks(c)[taskOf(c, index)]?.[1];
  const classes = problem === 'singleLabelClassification' || problem === 'multipleChoice';
  return { ...feeds, labels: classes ? Int32Array.from(labels) : Float64Array.from(labels) };
}

/** Dropout that multiplies ω by the recorded masks and changes nothing else. */
function forcedDropout(shape: readonly number[]): Dropout {
  const masks = input('omegaMask', shape);
  return {
    random: randomInput(),
    apply: (x, p, name) => (name === 'omega' && p > 0 ? scale(multiply(x, masks), 1 / (1 - p)) : x),
  };
}

/**
 * Runs a case on a device and returns every difference from the recorded values.
 *
 * @param mostSteps maximum number of steps of its curve; parameters are compared only after the last step
 */
export async function runCase(device: Device, c: Case, mostSteps?: number): Promise<Difference[]> {
  const encoder = await caseEncoder(device, c);
  const differences: Difference[] = [];
  try {
    if (c.file.method.name === 'none') return await plainForward(device, encoder, c);
    const decays = (c.file.curve?.optimizer.weight_decay ?? 0) > 0;
    const model = await caseModel(encoder, c, decays);
    const steps = c.file.single_step.batch_of_prefix ?? { '': c.file.single_step.batch ?? 0 };
    for (const [prefix, batch] of Object.entries(steps))
      differences.push(...(await singleStep(device, model, encoder, c, prefix ? `${prefix}/` : '', batch)));
    if (c.file.curve) differences.push(...(await curve(device, model, encoder, c, mostSteps)));
    if (c.file.merged) differences.push(...(await merged(device, encoder, c, model)));
    model.dispose();
    return differences;
  } finally {
    encoder.dispose();
  }
}

async function plainForward(device: Device, encoder: TransformerEncoder, c: Case): Promise<Difference[]> {
  const graph = encoder.build({ sites: {} });
  const outputs: Record<string, Tensor> = {};
  for (const [i, hidden] of graph.hiddenStates.entries()) outputs[`hidden_states.${i}`] = hidden;
  const first = selectFirst(graph.hiddenStates.at(-1) as Tensor, graph.cuSeqlens);
  if (graph.pooled) outputs.pooler = graph.pooled(first);
  const program = await device.compile({ outputs });
  const result = await program.run(batchFeeds(encoder, c, c.file.single_step.batch ?? 0, false));
  program.dispose();
  return compareOutputs(result, c, '');
}

async function singleStep(
  device: Device,
  model: TrainableModel,
  encoder: TransformerEncoder,
  c: Case,
  prefix: string,
  batch: number,
): Promise<Difference[]> {
  const mask = c.tensors.get('masks/step');
  const task = taskOf(c, batch);
  const parts = model.build(mask ? forcedDropout(mask.shape) : undefined, task);
  const specs = model.parameters.groups
    .filter(({ tasks }) => tasks?.includes(task) ?? true)
    .flatMap((group) => group.specs);
  const slopes = gradients(
    parts.penalty ? add(parts.loss, parts.penalty) : parts.loss,
    specs.map((spec) => model.parameters.tensor(spec.name)),
  );
  const outputs: Record<string, Tensor> = { logits: parts.logits, loss: parts.loss };
  if (parts.penalty) outputs.penalty = parts.penalty;
  for (const [i, hidden] of parts.hiddenStates.entries()) outputs[`hidden_states.${i}`] = hidden;
  if (c.tensors.has(`outputs/${prefix}last_hidden_state`)) outputs.last_hidden_state = parts.output;
  if (parts.pooled && c.tensors.has(`outputs/${prefix}pooler`))
    outputs.pooler = parts.pooled(selectFirst(parts.hiddenStates.at(-1) as Tensor, parts.cuSeqlens));
  for (const [i, spec] of specs.entries()) {
    const names = spec.parts ?? [spec.name];
    const parts = split(
      slopes[i] as Tensor,
      Array<number>(names.length).fill((spec.shape[0] as number) / names.length),
    );
    for (const [k, name] of names.entries()) outputs[`gradient ${name}`] = parts[k] as Tensor;
  }
  const program = await device.compile({ outputs });
  const feeds = { ...batchFeeds(encoder, c, batch), ...(mask ? { omegaMask: mask.data } : {}) };
  const result = await program.run(feeds);
  program.dispose();
  const differences = compareOutputs(result, c, prefix);
  for (const [key, { data }] of c.tensors) {
    if (!key.startsWith(`grads/${prefix}`)) continue;
    const name = key.slice(`grads/${prefix}`.length);
    const actual = result[`gradient ${name}`];
    if (!actual) throw new Error(`the case has ${key}, which does not train here`);
    // An exact zero has no scale, so its error is measured relative to 1.
    const zero = c.file.zero_gradient?.includes(name);
    const value = zero ? Math.max(...[...actual].map(Math.abs)) : relativeDifference(actual, data);
    differences.push({ what: key, group: 'grads', value });
  }
  return differences;
}

async function curve(
  device: Device,
  model: TrainableModel,
  encoder: TransformerEncoder,
  c: Case,
  mostSteps = Number.POSITIVE_INFINITY,
): Promise<Difference[]> {
  const { steps, batch_order: order, optimizer } = c.file.curve as NonNullable<Case['file']['curve']>;
  const masks = c.tensors.get('masks/curve');
  const adam = { beta1: optimizer.betas[0], beta2: optimizer.betas[1], epsilon: optimizer.epsilon };
  const options = {
    ...adam,
    ...(optimizer.max_grad_norm === null ? {} : { maxGradNorm: optimizer.max_grad_norm }),
  };
  const programs = new Map<string, Program>();
  const programOf = async (task: string): Promise<Program> => {
    const known = programs.get(task);
    if (known) return known;
    const parts = model.build(masks ? forcedDropout(masks.shape.slice(1)) : undefined, task);
    const program = await device.compile(trainingGraph(parts, model.parameters, { ...options, task }));
    programs.set(task, program);
    return program;
  };
  const done: Record<string, number> = {};
  const recorded = (name: string): Float32Array | undefined => c.tensors.get(`curve/${name}`)?.data;
  const differences: Difference[] = [];
  const size = masks ? masks.data.length / steps : 0;
  for (let step = 0; step < Math.min(steps, mostSteps); step++) {
    const rate =
      optimizer.learning_rate * linearSchedule(step, optimizer.planned_steps, optimizer.warmup_steps);
    const task = taskOf(c, order[step] as number);
    done[task] = (done[task] ?? 0) + 1;
    const steps = ({ tasks = Object.keys(done) }: { readonly tasks?: readonly string[] }): number =>
      tasks.reduce((sum, name) => sum + (done[name] ?? 0), 0);
    const program = await programOf(task);
    const result = await program.run({
      ...batchFeeds(encoder, c, order[step] as number),
      ...optimizerFeeds(model.parameters, rate, optimizer.weight_decay, steps, { ...adam, task }),
      ...(masks ? { omegaMask: masks.data.slice(step * size, (step + 1) * size) } : {}),
    });
    const compare = (name: string, output: string, group: keyof Tolerance): void => {
      const expected = recorded(name)?.[step];
      if (expected === undefined) return;
      const actual = (result[output] as HostArray)[0] as number;
      differences.push({ what: `curve/${name} step ${step}`, group, value: Math.abs(actual / expected - 1) });
    };
    compare('loss', 'loss', 'curve_loss');
    compare('penalty', 'penalty', 'curve_loss');
    compare('grad_norm', 'gradientNorm', 'curve_grad_norm');
  }
  for (const program of programs.values()) program.dispose();
  return mostSteps < steps ? differences : [...differences, ...(await compareAfter(model, c))];
}

/** The single adapter equivalent to a ScaLearn model: its tensors, and its logits. */
async function merged(
  device: Device,
  encoder: TransformerEncoder,
  c: Case,
  model: TrainableModel,
): Promise<Difference[]> {
  const call = { ...model.target, adapterName: 'merged', modelName: c.name };
  const adapter = model.method.merge?.({ ...call, tensors: c.weights, heads: new Map() });
  if (!adapter) throw new Error(`${model.method.name} cannot be merged`);
  const { method, tensors } = storedSource(adapter, encoder.architecture);
  const differences: Difference[] = [];
  for (const [key, { data }] of tensors) {
    const expected = c.tensors.get(`merged/${key}`) as NamedTensor;
    differences.push({
      what: `merged/${key}`,
      group: 'outputs',
      value: relativeDifference(data, expected.data),
    });
  }
  const single = await TrainableModel.create({
    encoder,
    method,
    heads: { merged: createHead(model.head().options) },
    adapterName: 'merged',
    seed: 0,
  });
  single.parameters.write(new Map([...c.weights, ...tensors]));
  const program = await device.compile({ outputs: { logits: single.build().logits } });
  const result = await program.run(batchFeeds(encoder, c, 0, false));
  const expected = (c.tensors.get('outputs/merged/logits') as NamedTensor).data;
  differences.push({
    what: 'outputs/merged/logits',
    group: 'outputs',
    value: relativeDifference(result.logits as HostArray, expected),
  });
  program.dispose();
  single.dispose();
  return differences;
}
