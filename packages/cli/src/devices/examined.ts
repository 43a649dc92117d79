/** Errors of a device relative to the reference. */
export interface SelfTestResult {
  readonly passed: boolean;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly parameters: number;
  readonly seconds: number;
  /** What a short test leaves out. */
  readonly leftOut?: string;
}

/** A device, with whether it is available and whether it computes correctly. */
export interface Examined {
  /** `webgpu`, `onnx` or `reference`. */
  readonly device: string;
  /** Family of WebGPU kernels; undefined for other devices. */
  readonly variant?: string;
  readonly description?: string;
  /** Why the device is not available. */
  readonly missing?: string;
  /** Why the device was not tested, though it is available. */
  readonly skipped?: string;
  readonly test?: SelfTestResult;
  /** Why the test failed to finish. */
  readonly failure?: string;
}
