import { defineKernel, type KernelProfile, type Lanes, type ValuesInput } from '../../graph/kernel.ts';
import { lanesOf, launch, rowsOf, widthOf } from '../../graph/launch.ts';
import type { Launch, Tensor } from '../../graph/tensor.ts';
import { f32Literal, wgsl } from '../../graph/wgsl.ts';
import { type RowForm, rowGroups, rowKernel } from '../row-kernel.ts';

interface NormForm extends RowForm {
  readonly lanes: Lanes;
  readonly epsilon: number;
}

const type = ({ lanes }: NormForm): string => (lanes === 4 ? 'vec4f' : 'f32');
/** Returns the sum over lanes. */
const across = ({ lanes }: NormForm, x: string): string => (lanes === 4 ? `dot(${x}, vec4f(1f))` : x);

/** Declares `mean` and `scale`, the reciprocal of the standard deviation, in two passes over the row. */
function statistics(form: NormForm, x: ValuesInput, width: string): string {
  const value = x.get('row', 'column', form.lanes);
  return wgsl`
  var total = ${type(form)}();
  ${rowKernel.loop(form, width, form.lanes)} { total += ${value}; }
  let mean = ${rowKernel.sum(form, across(form, 'total'))} / f32(${width});
  var squares = ${type(form)}();
  ${rowKernel.loop(form, width, form.lanes)} {
    let centered = ${value} - mean;
    squares += centered * centered;
  }
  let variance = ${rowKernel.sum(form, across(form, 'squares'))} / f32(${width});
  let scale = 1f / sqrt(variance + ${f32Literal(form.epsilon)});`;
}

const layerNormKernel = defineKernel({
  name: 'layerNorm',
  inputs: { x: 'values', weight: 'values', bias: 'values' },
  outputs: { y: 'values' },
  sizes: ['rows', 'width'],
  workgroup: (form: NormForm) => rowKernel.workgroup(form),
  subgroups: rowKernel.subgroups,
  declarations: rowKernel.declarations,
  body: ({ x, weight, bias, y, rows, width }, form) => wgsl`${rowKernel.begin(form, rows)}
${statistics(form, x, width)}
  ${rowKernel.loop(form, width, form.lanes)} {
    let normal = (${x.get('row', 'column', form.lanes)} - mean) * scale;
    let result = normal * ${weight.get('0u', 'column', form.lanes)} + ${bias.get('0u', 'column', form.lanes)};
    ${y.put('row', 'column', 'result', form.lanes)}
  }`,
});

const layerNormGradientKernel = defineKernel({
  name: 'layerNormGradient',
  inputs: { dy: 'values', x: 'values', weight: 'values' },
  outputs: { dx: 'values' },
  sizes: ['rows', 'width'],
  workgroup: (form: NormForm) => rowKernel.workgroup(form),
  subgroups: rowKernel.subgroups,
  declarations: rowKernel.declarations,
  body: ({ dy, x, weight, dx, rows, width }, form) => {
    const slope = wgsl`
    let slope = ${dy.get('row', 'column', form.lanes)} * ${weight.get('0u', 'column', form.lanes)};
    let normal = (${x.get('row', 'column', form.lanes)} - mean) * scale;`;
    return wgsl`${rowKernel.begin(form, rows)}
${statistics(form, x, width)}
  var slopes = ${type(form)}();
  var products = ${type(form)}();
  ${rowKernel.loop(form, width, form.lanes)} {${slope}
    slopes += slope;
    products += slope * normal;
  }
  let meanSlope = ${rowKernel.sum(form, across(form, 'slopes'))} / f32(${width});
  let meanProduct = ${rowKernel.sum(form, across(form, 'products'))} / f32(${width});
  ${rowKernel.loop(form, width, form.lanes)} {${slope}
    ${dx.put('row', 'column', 'scale * (slope - meanSlope - normal * meanProduct)', form.lanes)}
  }`;
  },
});

/** Returns what the launches of both kernels share: all but inputs and outputs. */
function byRow({ shape }: Tensor, { epsilon }: { readonly epsilon: number }, profile: KernelProfile) {
  const constants: NormForm = { ...profile, lanes: lanesOf(shape), epsilon };
  const sizes = { rows: rowsOf(shape), width: widthOf(shape) };
  return { sizes, constants, groups: rowGroups(profile, sizes.rows) };
}

export function launchLayerNorm(
  inputs: { readonly x: Tensor; readonly weight: Tensor; readonly bias: Tensor },
  y: Tensor,
  attributes: { readonly epsilon: number },
  profile: KernelProfile,
): Launch[] {
  return [launch(layerNormKernel, { inputs, outputs: { y }, ...byRow(y, attributes, profile) })];
}

export function launchLayerNormGradient(
  inputs: { readonly dy: Tensor; readonly x: Tensor; readonly weight: Tensor },
  dx: Tensor,
  attributes: { readonly epsilon: number },
  profile: KernelProfile,
): Launch[] {
  return [launch(layerNormGradientKernel, { inputs, outputs: { dx }, ...byRow(dx, attributes, profile) })];
}
