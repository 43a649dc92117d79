import type { KernelProfile, Size } from '../graph/kernel.ts';
import { groupsFor } from '../graph/launch.ts';
import type { Launch } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';

/** The unit that works on one row in a kernel that sums over rows. */
export interface RowForm {
  readonly rows: KernelProfile['rows'];
  readonly subgroupSize: number;
}

const workgroupSize = 64;

/** The text that differs between one invocation, one subgroup and one workgroup per row. */
export const rowKernel = {
  workgroup: ({ rows, subgroupSize }: RowForm): number =>
    rows === 'subgroup' ? subgroupSize : workgroupSize,
  subgroups: ({ rows }: RowForm): boolean => rows === 'subgroup',
  declarations: ({ rows }: RowForm): string =>
    rows !== 'workgroup'
      ? ''
      : wgsl`
var<workgroup> partial: array<f32, ${workgroupSize}>;
fn rowSum(x: f32, local: u32) -> f32 {
  partial[local] = x;
  workgroupBarrier();
  for (var half = ${workgroupSize / 2}u; half > 0u; half >>= 1u) {
    if (local < half) { partial[local] += partial[local + half]; }
    workgroupBarrier();
  }
  let sum = partial[0];
  workgroupBarrier();
  return sum;
}`,
  /** Declares `row`. Returns from invocations beyond the last row. */
  begin: ({ rows }: RowForm, count: string): string =>
    `  let row = ${rows === 'thread' ? `tile * ${workgroupSize}u + local` : 'tile'};\n  if (row >= ${count}) { return; }`,
  /** Returns the head of a loop over `column`, in which the invocations of a row take turns of `step` columns. */
  loop: ({ rows, subgroupSize }: RowForm, width: string, step: number): string => {
    const [first, turn] =
      rows === 'thread'
        ? [0, step]
        : rows === 'subgroup'
          ? ['lane', subgroupSize * step]
          : ['local', workgroupSize * step];
    return `for (var column = ${first === 0 ? '0u' : `${first} * ${step}u`}; column < ${width}; column += ${turn}u)`;
  },
  /** Returns the sum over all invocations of the row. */
  sum: ({ rows }: RowForm, x: string): string =>
    rows === 'thread' ? x : rows === 'subgroup' ? `subgroupAdd(${x})` : `rowSum(${x}, local)`,
  /** Returns whether this invocation writes the single values of a row. */
  isFirst: ({ rows }: RowForm): string =>
    rows === 'thread' ? 'true' : rows === 'subgroup' ? 'lane == 0u' : 'local == 0u',
};

export function rowGroups(form: RowForm, rows: Size): Launch['groups'] {
  return groupsFor(rows, form.rows === 'thread' ? workgroupSize : 1);
}
