/** Every error this library throws on purpose. `instanceof ScalearnError` tells them from bugs. */
export class ScalearnError extends Error {
  override name = 'ScalearnError';
}

/** Tensors whose shapes or types do not fit an operation. */
export class ShapeError extends ScalearnError {
  override name = 'ShapeError';
}

/** A device that cannot do what was asked, is missing, or is gone. */
export class DeviceError extends ScalearnError {
  override name = 'DeviceError';
}

/** The GPU was reset, unplugged or destroyed; training resumes from the last checkpoint on a new device. */
export class DeviceLostError extends DeviceError {
  override name = 'DeviceLostError';
}

/** Something was used after it had been disposed of. */
export class DisposedError extends ScalearnError {
  override name = 'DisposedError';
  constructor(what: string) {
    super(`${what} was used after it had been disposed of`);
  }
}

/** Options or values outside what a function accepts. */
export class ArgumentError extends ScalearnError {
  override name = 'ArgumentError';
}
