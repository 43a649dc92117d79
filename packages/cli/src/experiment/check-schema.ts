import type { MethodRegistry } from '../methods/registry.ts';
import { parsed } from '../schema-fault.ts';
import { experimentSchema } from './schema.ts';
import type { Written } from './written.ts';
import type { YamlFile } from './yaml-file.ts';

/**
 * Checks a file by the schema and returns its experiment.
 * @throws UsageError with line and column if the schema does not allow it
 */
export function readWritten(file: YamlFile, methods: MethodRegistry): Written {
  return parsed(experimentSchema(methods), file.value, ({ path, says, isKey }) => {
    const place = isKey ? path.slice(0, -1) : path;
    const name = place.length === 0 ? 'the experiment' : place.join('.');
    return file.error(`${name} ${says}`, path, isKey ? 'key' : 'value');
  });
}
