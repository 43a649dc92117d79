/** A tuple as long as T, with elements of type U. */
export type Mapped<T extends readonly unknown[], U> = { [K in keyof T]: U };

/** Maps a tuple to one of the same length. The type of `map` does not express the length. */
export function mapTuple<const T extends readonly unknown[], U>(
  tuple: T,
  map: (element: T[number], index: number) => U,
): Mapped<T, U> {
  return tuple.map(map) as Mapped<T, U>;
}
