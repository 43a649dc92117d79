/** A tuple with other elements in the places of T's. */
export type Mapped<T extends readonly unknown[], U> = { [K in keyof T]: U };

/** Maps a tuple to one of the same length, which the type of `map` does not say. */
export function mapTuple<const T extends readonly unknown[], U>(
  tuple: T,
  map: (element: T[number], index: number) => U,
): Mapped<T, U> {
  return tuple.map(map) as Mapped<T, U>;
}
