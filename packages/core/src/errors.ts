/** Base class of every error that this library throws on purpose. Errors of other classes are bugs. */
export class ScalearnError extends Error {
  override name = 'ScalearnError';
}

/** Thrown when the shape or type of a tensor does not fit an operation. */
export class ShapeError extends ScalearnError {
  override name = 'ShapeError';
}

/** Thrown when a device is missing, is lost or cannot do what was asked. */
export class DeviceError extends ScalearnError {
  override name = 'DeviceError';
}

/** The GPU was reset, unplugged or destroyed; training resumes from the last checkpoint on a new device. */
export class DeviceLostError extends DeviceError {
  override name = 'DeviceLostError';
}

/** Thrown when an object is used after it was disposed. */
export class DisposedError extends ScalearnError {
  override name = 'DisposedError';
  constructor(what: string) {
    super(`${what} was used after it had been disposed of`);
  }
}

/** Thrown when a function does not accept an option or a value. */
export class ArgumentError extends ScalearnError {
  override name = 'ArgumentError';
}
