import { at, present } from '../../../elements.ts';
import type { Groups, Lanes, Size, ValuesInput, ValuesOutput } from '../../../graph/kernel.ts';
import { elements, groupsFor } from '../../../graph/launch.ts';
import type { DimValues } from '../../../graph/shape.ts';
import type { Launch, Value } from '../../../graph/tensor.ts';
import { wgsl } from '../../../graph/wgsl.ts';
import { type Group, isDrawable } from '../plan/group.ts';
import type { Schedule } from '../plan/schedule.ts';
import { inlineOf, isHalf, isTensor, placeOf, valueName } from '../plan/values.ts';
import { type Binding, ModuleText } from './module-text.ts';
import { areVectorizable, quarter, Scope } from './scope.ts';

/** One dispatch: a complete WGSL module with its bindings and sizes. */
export interface Dispatch {
  readonly label: string;
  readonly code: string;
  /** Buffers in the order of the bind group, after the sizes. */
  readonly bindings: readonly Binding[];
  /** The fields of the uniform buffer, each a u32; empty if the kernel needs no sizes. */
  readonly sizes: readonly Size[];
  readonly groups: (dims: DimValues) => Groups;
  /** Floating-point operations: of matrix products and attention, and one for each elementwise operation. */
  readonly flops: Size;
  /** Bytes read and written, if every element that is needed passes once. */
  readonly bytes: Size;
  /** Arrays to set to zero before the dispatch. */
  readonly cleared: readonly Value[];
}

export function render(group: Group, schedule: Schedule): Dispatch {
  return group.launch ? renderKernel(group, group.launch, schedule) : renderElementwise(group, schedule);
}

/** Invocations in a workgroup of an elementwise kernel. */
const elementwiseGroup = 64;

function renderElementwise(group: Group, schedule: Schedule): Dispatch {
  const domain = group.domain ?? [];
  const module = new ModuleText(schedule.inPlace, true);
  const lanes: Lanes = areVectorizable(group.nodes) ? 4 : 1;
  const items: Size = (dims) => Math.ceil(elements(domain)(dims) / lanes);
  const scope = new Scope(module, lanes);
  const limit = module.size('items', items);
  scope.compute(group.nodes);
  storeResults(scope, module, group, group.nodes, schedule, lanes);
  const body = wgsl`  let item = tile * ${elementwiseGroup}u + local;
  if (item >= ${limit}) { return; }
  let flat = item${lanes === 4 ? ' << 2u' : ''};
${scope.lines}`;
  const { declarations, bindings, sizes } = module.finish();
  return {
    label: labelOf(group),
    code: moduleText('', declarations, '', elementwiseGroup, false, body),
    bindings,
    sizes,
    groups: groupsFor(items, elementwiseGroup),
    flops: elementwiseFlops(group),
    bytes: movedBytes(bindings, undefined),
    cleared: [],
  };
}

function renderKernel(group: Group, launch: Launch, schedule: Schedule): Dispatch {
  const module = new ModuleText(schedule.inPlace, false);
  const functions = new Map<string, string>();
  const names: Record<string, unknown> = {};
  for (const [name, size] of Object.entries(launch.sizes)) names[name] = module.size(name, size);
  for (const [key, value] of Object.entries(launch.inputs)) {
    const kind = launch.inputKinds[key];
    if (kind === 'random') names[key] = value ? module.random(value) : '';
    else if (!value) names[key] = undefined;
    else if (isDrawable(launch, key)) names[key] = valuesInput(module, functions, group, key, value);
    else
      names[key] = {
        at: (i: string) => module.load(value, i),
        at4: (i: string) => module.load4(value, i),
      };
  }
  for (const [key, value] of Object.entries(launch.outputs)) {
    if (key === group.primary) names[key] = valuesOutput(module, functions, group, key, value, schedule);
    else
      names[key] = {
        set: (i: string, text: string, lanes: Lanes = 1) =>
          lanes === 4 ? module.store4(value, quarter(i), text) : module.store(value, i, text),
      };
  }
  const body = launch.body(names);
  for (const name of launch.functions) module.use(name);
  const { declarations, bindings, sizes } = module.finish();
  const enable = `${launch.halves ? 'enable f16;\n' : ''}${launch.subgroups ? 'enable subgroups;\n' : ''}`;
  const texts = `${launch.declarations}\n${[...functions.values()].join('\n')}`;
  return {
    label: labelOf(group),
    code: moduleText(enable, declarations, texts, launch.workgroup, launch.subgroups, body),
    bindings,
    sizes,
    groups: launch.groups,
    flops: (dims) => launch.flops(dims) + elementwiseFlops(group)(dims),
    bytes: movedBytes(bindings, launch),
    cleared: present(launch.cleared.map((key) => launch.outputs[key])),
  };
}

function elementwiseFlops({ nodes, prologues }: Group): Size {
  const computed = [...nodes, ...[...prologues.values()].flat()].map(({ shape }) => elements(shape));
  return (dims) => computed.reduce((sum, count) => sum + count(dims), 0);
}

/** Counts the bytes of arrays. Of a table whose rows are looked up, only as many as the result has. */
function movedBytes(bindings: readonly Binding[], launch: Launch | undefined): Size {
  const results = Object.values(launch?.outputs ?? {});
  const looksUp = results.some((value) => isTensor(value) && value.node.operation.lookup === true);
  const written = bindings.filter(({ writes }) => writes).map(({ root }) => elements(root.shape));
  return (dims) => {
    const most = looksUp ? written.reduce((sum, count) => sum + count(dims), 0) : Number.POSITIVE_INFINITY;
    return bindings.reduce(
      (sum, { root }) => sum + Math.min(most, elements(root.shape)(dims)) * (isHalf(root) ? 2 : 4),
      0,
    );
  };
}

/** Returns the accessor of an input that may be computed where it is read. */
function valuesInput(
  module: ModuleText,
  functions: Map<string, string>,
  group: Group,
  key: string,
  value: Value,
): ValuesInput {
  const nodes = group.prologues.get(key) ?? [];
  const { root } = placeOf(value);
  const computed = nodes.length > 0 || inlineOf(value) !== undefined;
  const width = (): string => module.count(value.shape.slice(-1));
  const vectorizable = areVectorizable(nodes.length > 0 ? nodes : computed && isTensor(root) ? [root] : []);
  const load = (flat: string, lanes: Lanes): string =>
    lanes === 4 ? module.load4(value, quarter(flat)) : module.load(value, flat);
  const define = (name: string, lanes: Lanes, byFlat: boolean): void => {
    if (functions.has(name)) return;
    functions.set(name, '');
    const scope = new Scope(module, lanes, byFlat ? undefined : value.shape);
    scope.compute(nodes);
    const result = scope.operand(value, value.shape);
    const type = lanes === 4 ? 'vec4f' : 'f32';
    const head = byFlat
      ? `fn ${name}(flat: u32) -> ${type} {`
      : wgsl`fn ${name}(row: u32, column: u32) -> ${type} {
  let flat = row * ${width()} + column;`;
    functions.set(name, wgsl`${head}\n${scope.lines}\n  return ${result};\n}`);
  };
  /** Calls the function that computes an element, or four; `place` is (row, column) or (flat). */
  const call = (form: 'Get' | 'Flat', place: readonly string[], lanes: Lanes): string => {
    if (lanes === 4 && !vectorizable) {
      const last = at(place, -1);
      const shifted = (i: number): string[] => [...place.slice(0, -1), i ? `${last} + ${i}u` : last];
      return `vec4f(${[0, 1, 2, 3].map((i) => call(form, shifted(i), 1)).join(', ')})`;
    }
    define(`${key}${form}${lanes}`, lanes, form === 'Flat');
    return `${key}${form}${lanes}(${place.join(', ')})`;
  };
  return {
    get(row, column, lanes = 1) {
      if (computed) return call('Get', [row, column], lanes);
      return load(row === '0u' ? column : `${row} * ${width()} + ${column}`, lanes);
    },
    flat: (index, lanes = 1) => (computed ? call('Flat', [index], lanes) : load(index, lanes)),
  };
}

/** Returns the accessor of the output that elementwise operations follow. */
function valuesOutput(
  module: ModuleText,
  functions: Map<string, string>,
  group: Group,
  key: string,
  value: Value,
  schedule: Schedule,
): ValuesOutput {
  const vectorizable = areVectorizable(group.nodes);
  const define = (name: string, lanes: Lanes, byFlat: boolean): void => {
    if (functions.has(name)) return;
    const scope = new Scope(module, lanes, byFlat ? undefined : value.shape);
    scope.register(value, 'value');
    scope.compute(group.nodes);
    storeResults(scope, module, group, [value, ...group.nodes], schedule, lanes);
    const type = lanes === 4 ? 'vec4f' : 'f32';
    const head = byFlat
      ? `fn ${name}(flat: u32, value: ${type}) {`
      : wgsl`fn ${name}(row: u32, column: u32, value: ${type}) {
  let flat = row * ${module.count(value.shape.slice(-1))} + column;`;
    functions.set(name, wgsl`${head}\n${scope.lines}\n}`);
  };
  /** Calls the function that stores an element, or four; `place` is (row, column) or (flat). */
  const call = (form: 'Put' | 'Flat', place: string, text: string, lanes: Lanes): string => {
    const each = lanes === 4 && vectorizable ? 4 : 1;
    const name = `${key}${form}${each}`;
    define(name, each, form === 'Flat');
    if (each === lanes) return `${name}(${place}, ${text});`;
    return `{ let four = ${text}; for (var i = 0u; i < 4u; i++) { ${name}(${place} + i, four[i]); } }`;
  };
  return {
    put: (row, column, text, lanes = 1) => call('Put', `${row}, ${column}`, text, lanes),
    flat: (index, text, lanes = 1) => call('Flat', index, text, lanes),
  };
}

function storeResults(
  scope: Scope,
  module: ModuleText,
  group: Group,
  results: readonly Value[],
  schedule: Schedule,
  lanes: Lanes,
): void {
  for (const result of results) {
    if (!schedule.isStored(result, group)) continue;
    const name = scope.registered(result);
    scope.lines.push(
      `  ${lanes === 4 ? module.store4(result, 'flat >> 2u', name) : module.store(result, 'flat', name)}`,
    );
  }
}

function moduleText(
  enable: string,
  declarations: string,
  functions: string,
  workgroup: number,
  subgroups: boolean,
  body: string,
): string {
  const lane = subgroups ? ',\n  @builtin(subgroup_invocation_id) lane: u32' : '';
  const text = wgsl`${enable}${declarations}
${functions}
@compute @workgroup_size(${workgroup})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32${lane}
) {
  let tile = group.x + group.y * groups.x;
${body}
}
`;
  return text.replace(/\n{2,}/g, '\n');
}

/** Returns a label for error messages and profilers. */
function labelOf(group: Group): string {
  const names = group.nodes.map(valueName);
  const drawn = [...group.prologues.values()].flat().map(valueName);
  const all = [...drawn, ...(group.launch ? [group.launch.name] : []), ...names];
  return all.length > 6 ? [...all.slice(0, 5), '…', all.at(-1)].join(' + ') : all.join(' + ');
}
