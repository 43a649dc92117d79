/**
 * The element at a place where there is one; negative places count from the end.
 *
 * @throws RangeError if there is none
 */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const element = list[index < 0 ? index + list.length : index];
  if (element === undefined) throw new RangeError(`a list of ${list.length} has no element ${index}`);
  return element;
}

/**
 * The value of a key that is known.
 *
 * @throws RangeError if it is not
 */
export function known<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`there is no ${String(key)}`);
  return value;
}

/** The elements that are there. */
export function present<T>(list: readonly (T | undefined)[]): readonly T[] {
  return list.filter((element) => element !== undefined);
}
