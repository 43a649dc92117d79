import type { Dim, HostValue, OnnxValue } from '@scalearn/core/graph';
import { Emitter } from './emitter.ts';
import type { ElementType } from './model.ts';

/** A graph input that the device computes for each run. */
export interface HostInput {
  readonly name: string;
  readonly value: HostValue;
}

const hostTypes: Record<HostValue['kind'], ElementType> = {
  dim: 'f32',
  shape: 'i64',
  padRows: 'i32',
  unpadRows: 'i32',
  paddingBias: 'f32',
  paddingValid: 'f32',
  dropoutMask: 'f32',
  attentionMask: 'f32',
};

function hostShape(value: HostValue): readonly Dim[] {
  if (value.kind === 'dim') return [];
  if (value.kind === 'shape') return [value.shape.length];
  if (value.kind === 'dropoutMask') return value.shape;
  if (value.kind === 'unpadRows') return ['tokens', value.parts * value.heads];
  const { group, window } = value;
  const [B, S, K] =
    window === undefined
      ? [`sequences ${group}`, `longest ${group}`, `longest ${group}`]
      : [`blocks ${group} of ${window}`, `queries ${group} of ${window}`, `keys ${group} of ${window}`];
  switch (value.kind) {
    case 'padRows':
      return [B, value.heads, value.keys === undefined ? S : K];
    case 'paddingBias':
      return [B, 1, window === undefined ? 1 : S, K];
    case 'paddingValid':
      return [B, 1, S, 1];
    case 'attentionMask':
      return [B, value.heads, S, K];
  }
}

/** Collects a graph for the device. Values that must be computed outside the graph become inputs. */
export class DeviceEmitter extends Emitter {
  readonly groups = 4;
  readonly hostInputs: HostInput[] = [];

  host(value: HostValue): OnnxValue {
    return this.once(`host ${JSON.stringify(value)}`, () => {
      const name = `${value.kind}_${this.hostInputs.length}`;
      this.hostInputs.push({ name, value });
      this.inputs.push({ name, type: hostTypes[value.kind], shape: hostShape(value) });
      return [name];
    })[0] as OnnxValue;
  }
}
