import type { LoraTargets } from './targets.ts';

/** The LoRA of one linear layer: `y = W·x + b + s·B·A·x`. */
export interface LoraModule {
  /** A, `[rank, inputs]`. */
  readonly a: Float32Array;
  /** B, `[outputs, rank]`. */
  readonly b: Float32Array;
  /** Rank r. */
  readonly rank: number;
  /** The scaling s is `alpha / rank`, or `alpha / √rank` for a rank-stabilized LoRA. */
  readonly alpha: number;
  /** Size of the input of the layer. */
  readonly inputs: number;
  /** Size of the output of the layer. */
  readonly outputs: number;
}

/** A trained LoRA of the PEFT library's form, without a head. */
export interface LoraAdapter {
  /** Name of the adapter. PEFT's files have none; by default it is that of their folder. */
  readonly name: string;
  /** The adapted linear layers by their paths: `bert.encoder.layer.0.attention.self.query`; the prefix may be missing. */
  readonly modules: ReadonlyMap<string, LoraModule>;
  /** Whether the scaling is `alpha / √rank`. */
  readonly useRslora: boolean;
  /** The settings by which its files select the layers. */
  readonly targets: LoraTargets;
  /** Fingerprint of the encoder it was trained on, if known. */
  readonly encoderFingerprint?: string;
  /** Warnings about properties that could not be checked; absent if there are none. */
  readonly warnings?: readonly string[];
}

/** Returns the scaling s of a LoRA's module. */
export function loraScaling({ rank, alpha }: Pick<LoraModule, 'rank' | 'alpha'>, useRslora: boolean): number {
  return alpha / (useRslora ? Math.sqrt(rank) : rank);
}

/** Returns the path of a module without the encoder's prefix. */
export function barePath(path: string, { prefix }: { readonly prefix: string }): string {
  return path.startsWith(`${prefix}.`) ? path.slice(prefix.length + 1) : path;
}
