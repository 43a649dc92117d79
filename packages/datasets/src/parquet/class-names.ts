import { ColumnError, isObject } from '../errors.ts';

/**
 * Returns the class names that the Hugging Face libraries store in a file, by column: those of a `ClassLabel`, and of a
 * list of them. Other columns have none.
 *
 * @param notes key-value metadata of the file; `huggingface` holds a description of its columns in JSON
 * @throws ColumnError if the names are invalid
 */
export function classNamesOf(
  notes: ReadonlyMap<string, string>,
  path: string,
): ReadonlyMap<string, readonly string[]> {
  const features = featuresIn(notes.get('huggingface'));
  const found = new Map<string, readonly string[]>();
  for (const [column, feature] of Object.entries(features)) {
    const label = classLabelIn(feature, 0);
    if (label === undefined) continue;
    const { names } = label;
    const areNames = Array.isArray(names) && names.every((name): name is string => typeof name === 'string');
    if (!areNames || new Set(names.map((name) => name.trim())).size < names.length)
      throw new ColumnError(path, `the class names of the column ${JSON.stringify(column)} cannot be right.`);
    found.set(column, names);
  }
  return found;
}

function featuresIn(note: string | undefined): Readonly<Record<string, unknown>> {
  if (note === undefined) return {};
  try {
    const about: unknown = JSON.parse(note);
    const info = isObject(about) ? about.info : undefined;
    const features = isObject(info) ? info.features : undefined;
    return isObject(features) ? features : {};
  } catch {
    return {};
  }
}

/** Returns the `ClassLabel` of a column, or of the elements of a list, which has several forms. */
function classLabelIn(feature: unknown, depth: number): Readonly<Record<string, unknown>> | undefined {
  if (depth > 2) return undefined;
  if (Array.isArray(feature)) return feature.length === 1 ? classLabelIn(feature[0], depth + 1) : undefined;
  if (!isObject(feature)) return undefined;
  // Without names the feature has only a number of classes.
  if (feature._type === 'ClassLabel') return feature.names == null ? undefined : feature;
  const isList = ['Sequence', 'List', 'LargeList'].some((type) => type === feature._type);
  return isList ? classLabelIn(feature.feature, depth + 1) : undefined;
}
