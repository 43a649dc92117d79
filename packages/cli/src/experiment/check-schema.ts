import { suggest } from '@scalearn/datasets';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { MethodRegistry } from '../methods/registry.ts';
import { experimentSchema } from './schema.ts';
import type { YamlFile } from './yaml-file.ts';

/** Compiled once. */
const validators = new WeakMap<MethodRegistry, ValidateFunction>();

function validatorOf(methods: MethodRegistry): ValidateFunction {
  const known = validators.get(methods);
  if (known) return known;
  const ajv = new Ajv({ verbose: true, allErrors: true, allowUnionTypes: true });
  const validate = ajv.compile(experimentSchema(methods));
  validators.set(methods, validate);
  return validate;
}

/** @throws UsageError with line and column for the first thing that the schema forbids */
export function checkSchema(file: YamlFile, methods: MethodRegistry): void {
  const validate = validatorOf(methods);
  if (validate(file.value)) return;
  const errors = validate.errors ?? [];
  // Where one of several forms is asked for, the errors of the form that goes deepest tell most.
  const depth = ({ instancePath, keyword }: ErrorObject): number =>
    2 * instancePath.split('/').length + (keyword === 'additionalProperties' ? 1 : 0);
  const [worst] = errors.filter(({ keyword }) => keyword !== 'anyOf').sort((a, b) => depth(b) - depth(a));
  throw asUsageError(file, worst ?? (errors[0] as ErrorObject), errors);
}

function asUsageError(file: YamlFile, error: ErrorObject, all: readonly ErrorObject[]): Error {
  const { keyword, params, instancePath, parentSchema } = error;
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const what = path.length === 0 ? 'the experiment' : path.join('.');
  if (keyword === 'additionalProperties') {
    const key = (params as { additionalProperty: string }).additionalProperty;
    const known = Object.keys((parentSchema as { properties: object }).properties);
    const meant = suggest(key, known);
    const hint = meant === undefined ? ` It has ${known.join(', ')}` : ` Did you mean ${meant}?`;
    return file.error(`${what} has no '${key}'.${hint}`, [...path, key], 'key');
  }
  if (keyword === 'required') {
    const { missingProperty } = params as { missingProperty: string };
    return file.error(`${what} needs '${missingProperty}'`, path);
  }
  if (keyword === 'enum') {
    const allowed = (params as { allowedValues: readonly string[] }).allowedValues;
    const meant = suggest(String(error.data), allowed);
    const hint = meant === undefined ? '' : `. Did you mean ${meant}?`;
    return file.error(
      `${what} is one of ${allowed.join(', ')}, not ${JSON.stringify(error.data)}${hint}`,
      path,
    );
  }
  // All that the place may be.
  const types = all
    .filter((each) => each.instancePath === instancePath && each.keyword === 'type')
    .flatMap((each) => (each.params as { type: string | readonly string[] }).type);
  const rule = keyword === 'type' ? `must be ${[...new Set(types)].join(' or ')}` : error.message;
  return file.error(`${what} ${rule}`, path);
}
