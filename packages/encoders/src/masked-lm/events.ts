/** How well masked tokens of the held-out texts are guessed. */
export interface HeldOutRecord {
  /** Steps done so far. */
  readonly step: number;
  /** Mean cross-entropy of the masked tokens. */
  readonly loss: number;
  /** Share of the masked tokens for which the right one is the likeliest. */
  readonly accuracy: number;
}

export type PretrainEvent =
  | {
      readonly event: 'start';
      /** Planned steps, and those already done by the run that is resumed. */
      readonly steps: number;
      readonly step: number;
      readonly texts: number;
      readonly heldOut: number;
      /** Trainable values. */
      readonly parameters: number;
      readonly device: string;
      /** GPU dispatches, ONNX nodes or interpreted operations of one step. */
      readonly operations: number;
    }
  | {
      readonly event: 'step';
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly gradientNorm: number;
      readonly learningRate: number;
      /** Tokens of this step's batch, and how many of them were masked. */
      readonly tokens: number;
      readonly masked: number;
    }
  | ({ readonly event: 'evaluation' } & HeldOutRecord);
