/**
 * Returns the element at an index. Negative indices count from the end.
 *
 * @throws RangeError if the index is outside the list
 */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const element = list[index < 0 ? index + list.length : index];
  if (element === undefined) throw new RangeError(`a list of ${list.length} has no element ${index}`);
  return element;
}

/**
 * Returns the value of a key of a record.
 *
 * @throws RangeError if the record lacks the key
 */
export function known<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`there is no ${String(key)}`);
  return value;
}

/** Returns the elements that are not undefined. */
export function present<T>(list: readonly (T | undefined)[]): readonly T[] {
  return list.filter((element) => element !== undefined);
}
