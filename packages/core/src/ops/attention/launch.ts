import type { Groups, KernelProfile, Size } from '../../graph/kernel.ts';
import { constantSize, elements, launch } from '../../graph/launch.ts';
import { type DimValues, fixedDim } from '../../graph/shape.ts';
import type { Launch, Tensor } from '../../graph/tensor.ts';
import { floatBits } from '../../graph/wgsl.ts';
import { dropoutThreshold } from '../../random/dropout-mask.ts';
import { type AttentionUse, type AttentionVariant, countSides } from './parts.ts';
import { positionGradient } from './positions.ts';
import { subgroupAttention } from './subgroup.ts';
import { threadAttention } from './thread.ts';

interface AttentionInputs {
  readonly qkv: Tensor;
  readonly cuSeqlens: Tensor;
  readonly random: Tensor | undefined;
  readonly positions: Tensor | undefined;
  readonly columns: Tensor | undefined;
}

interface GradientInputs extends AttentionInputs {
  readonly context: Tensor;
  readonly statistics: Tensor;
  readonly dContext: Tensor;
}

export function launchAttention(
  inputs: AttentionInputs,
  outputs: { readonly context: Tensor; readonly statistics: Tensor },
  use: AttentionUse,
  profile: KernelProfile,
): Launch[] {
  const variant = variantOf(inputs, use, profile);
  const flops = productsPerPair(inputs, 2);
  return [launch(variant.forward, { inputs, outputs, flops, ...shared(inputs, use, profile, variant, 1) })];
}

export function launchAttentionGradient(
  inputs: GradientInputs,
  outputs: { readonly dQkv: Tensor },
  use: AttentionUse,
  profile: KernelProfile,
): Launch[] {
  const variant = variantOf(inputs, use, profile);
  // Scores again, and the gradients of probabilities, queries, keys and values.
  const flops = productsPerPair(inputs, 5);
  return [launch(variant.backward, { inputs, outputs, flops, ...shared(inputs, use, profile, variant, 2) })];
}

export function launchPositionGradient(
  inputs: GradientInputs,
  outputs: { readonly dPositions: Tensor },
  use: AttentionUse,
  profile: KernelProfile,
): Launch[] {
  const { relative } = use;
  if (!relative) return [];
  const { constants, ...rest } = shared(inputs, use, profile, threadAttention, countSides(relative));
  return [
    launch(positionGradient, {
      ...{ inputs, outputs, ...rest },
      ...{ constants: { ...constants, relative }, cleared: ['dPositions'] },
    }),
  ];
}

/** Counts matrix products over all pairs of tokens of a sequence, for sequences of one length. */
function productsPerPair({ qkv, cuSeqlens }: AttentionInputs, products: number): Size {
  const hidden = fixedDim(qkv.shape, 1) / 3;
  const [tokens, boundaries] = [elements(qkv.shape.slice(0, 1)), elements(cuSeqlens.shape)];
  return (dims) => (2 * products * hidden * tokens(dims) ** 2) / (boundaries(dims) - 1);
}

function variantOf(
  { qkv }: AttentionInputs,
  { heads }: AttentionUse,
  { matmul }: KernelProfile,
): AttentionVariant {
  const isWide = (fixedDim(qkv.shape, 1) / 3 / heads) % 4 === 0;
  return matmul === 'subgroup' && isWide ? subgroupAttention : threadAttention;
}

/** Returns what both launches share. There are `roles` kinds of work. */
function shared(
  { qkv, cuSeqlens }: AttentionInputs,
  use: AttentionUse,
  { subgroupSize }: KernelProfile,
  { tiles }: AttentionVariant,
  roles: number,
) {
  const { heads, probability, stream, scale, window, relative } = use;
  const hidden = fixedDim(qkv.shape, 1) / 3;
  const tokens = elements(qkv.shape.slice(0, 1));
  const boundaries = elements(cuSeqlens.shape);
  const sequences: Size = (dims) => boundaries(dims) - 1;
  return {
    sizes: {
      tokens,
      sequences,
      heads: constantSize(heads),
      hidden: constantSize(hidden),
      stream: constantSize(stream),
      threshold: constantSize(dropoutThreshold(probability)),
      kept: constantSize(floatBits(1 / (1 - probability))),
    },
    constants: {
      ...{ size: hidden / heads, dropped: probability > 0, subgroupSize },
      ...{ scale, window, relative },
    },
    groups: (dims: DimValues): Groups => [tiles(tokens(dims), sequences(dims), subgroupSize), heads, roles],
  };
}
