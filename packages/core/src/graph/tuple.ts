/** A tuple with other elements in the places of T's. */
export type Mapped<T extends readonly unknown[], U> = { [K in keyof T]: U };

/** Maps a tuple to one of the same length, which the type of `map` does not say. */
export function mapTuple<const T extends readonly unknown[], U>(
  tuple: T,
  map: (element: T[number], index: number) => U,
): Mapped<T, U> {
  return tuple.map(map) as Mapped<T, U>;
}

/**
 * The element of a list at a place where there is one.
 *
 * @throws RangeError if there is none
 */
export function at<T>(list: readonly T[], index: number): T {
  const element = list.at(index);
  if (element === undefined) throw new RangeError(`a list of ${list.length} has no element ${index}`);
  return element;
}

/** The elements that are there. */
export function present<T>(list: readonly (T | undefined)[]): readonly T[] {
  return list.filter((element) => element !== undefined);
}
