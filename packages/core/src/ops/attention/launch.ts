import type { KernelProfile } from '../../graph/kernel.ts';
import { fixedDim } from '../../graph/shape.ts';
import type { Launch, Tensor } from '../../graph/tensor.ts';
import { type AttentionInputs, type AttentionUse, attentionLaunch } from './parts.ts';
import { subgroupAttention } from './subgroup.ts';
import { threadAttention } from './thread.ts';

function prefersSubgroups(qkv: Tensor, { heads }: AttentionUse, profile: KernelProfile): boolean {
  return profile.matmul === 'subgroup' && (fixedDim(qkv.shape, 1) / 3 / heads) % 4 === 0;
}

export function launchAttention(
  inputs: AttentionInputs['forward']['inputs'],
  outputs: AttentionInputs['forward']['outputs'],
  use: AttentionUse,
  profile: KernelProfile,
): Launch[] {
  const { qkv, cuSeqlens } = inputs;
  const call = {
    inputs,
    outputs,
    common: attentionLaunch(qkv, cuSeqlens, use, 1),
  };
  return prefersSubgroups(qkv, use, profile)
    ? [subgroupAttention.forward(call, profile.subgroupSize)]
    : [threadAttention.forward(call)];
}

export function launchAttentionGradient(
  inputs: AttentionInputs['backward']['inputs'],
  outputs: AttentionInputs['backward']['outputs'],
  use: AttentionUse,
  profile: KernelProfile,
): Launch[] {
  const { qkv, cuSeqlens } = inputs;
  const call = {
    inputs,
    outputs,
    common: attentionLaunch(qkv, cuSeqlens, use, 2),
  };
  return prefersSubgroups(qkv, use, profile)
    ? [subgroupAttention.backward(call, profile.subgroupSize)]
    : [threadAttention.backward(call)];
}
