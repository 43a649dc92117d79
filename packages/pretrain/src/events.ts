/** Loss and accuracy on the masked tokens of the held-out texts. */
export interface HeldOutRecord {
  /** Number of steps done so far. */
  readonly step: number;
  /** Mean cross-entropy of the masked tokens. */
  readonly loss: number;
  /** Fraction of the masked tokens for which the right token has the highest probability. */
  readonly accuracy: number;
}

export type PretrainEvent =
  | {
      readonly event: 'start';
      /** Total number of steps, and the number already done by the run that is resumed. */
      readonly steps: number;
      readonly step: number;
      readonly texts: number;
      readonly heldOut: number;
      /** Number of trainable values. */
      readonly parameters: number;
      readonly device: string;
      /** Number of GPU dispatches, ONNX nodes or interpreted operations of one step. */
      readonly operations: number;
    }
  | {
      readonly event: 'step';
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly gradientNorm: number;
      readonly learningRate: number;
      /** Number of tokens in this step's batch, and how many of them were masked. */
      readonly tokens: number;
      readonly masked: number;
    }
  | ({ readonly event: 'evaluation' } & HeldOutRecord);
