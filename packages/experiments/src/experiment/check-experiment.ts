import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { suggest, taskIds } from '@scalearn/datasets';
import type { MethodEntry, MethodRegistry } from '../methods/registry.ts';
import { longForm, type Written } from './experiment.ts';
import { methodOptions, trainNames } from './schema.ts';
import type { YamlFile } from './yaml-file.ts';

type Path = readonly (string | number)[];

/**
 * Checks what the schema cannot express: that everything that is named exists, and that sources form no cycle.
 *
 * @param folder of the file
 * @throws UsageError with line and column
 */
export function checkExperiment(
  file: YamlFile,
  written: Written,
  folder: string,
  methods: MethodRegistry,
): void {
  const entries = written.methods;
  const checkTask = (task: string, path: Path, part?: 'key'): void => {
    if (taskIds.includes(task) || (task.startsWith('.') && existsSync(resolve(folder, task)))) return;
    const hint = hintOf(task, taskIds, 'See scalearn tasks; a file of your own begins with ./');
    throw file.error(`there is no task '${task}'. ${hint}`, path, part);
  };
  const checkTasks = (tasks: readonly string[] = [], path: Path): void => {
    for (const [i, task] of tasks.entries()) checkTask(task, [...path, i]);
  };
  const checkReference = (id: string, path: Path): void => {
    const known = Object.keys(entries);
    if (known.includes(id)) return;
    const hint = hintOf(id, known, `There are ${known.join(', ')}`);
    throw file.error(`there is no entry '${id}' among the methods. ${hint}`, path);
  };
  const checkSources = (id: string, needed: number): void => {
    const at: Path = ['methods', id];
    const { sources, method = id } = entries[id] ?? {};
    if (needed === 0 && sources !== undefined)
      throw file.error(`${method} takes no sources`, [...at, 'sources'], 'key');
    if (needed > 0 && sources === undefined)
      throw file.error(`${method} needs sources: the name of another entry`, at, 'key');
    if (sources === undefined) return;
    const { from, own, tasks, seed } = longForm(sources);
    checkReference(from, typeof sources === 'string' ? [...at, 'sources'] : [...at, 'sources', 'from']);
    if (own === 'only' && tasks !== undefined)
      throw file.error(
        "'own: only' leaves out all other sources, so tasks have no effect",
        [...at, 'sources', 'tasks'],
        'key',
      );
    if (typeof own === 'string' && own !== 'only') checkReference(own, [...at, 'sources', 'own']);
    checkTasks(tasks, [...at, 'sources', 'tasks']);
    if (typeof seed === 'object')
      for (const task of Object.keys(seed)) checkTask(task, [...at, 'sources', 'seed', task], 'key');
  };
  const checkEntry = (id: string): void => {
    const at: Path = ['methods', id];
    const entry = entries[id] ?? {};
    if (entry.method === undefined && !methods.all.some((each) => each.id === id))
      throw file.error(`${id} is not a method, so it must name one: method: …`, at, 'key');
    const method = methods.find(entry.method ?? id);
    checkTasks(entry.tasks, [...at, 'tasks']);
    for (const place of ['options', 'vary'] as const)
      for (const name of Object.keys(entry[place] ?? {}))
        if (isOfOtherMethods(name, method, methods))
          throw file.error(
            `${method.id} has no option '${name}'; see scalearn methods ${method.id}`,
            [...at, place, name],
            'key',
          );
    checkSources(id, method.sources?.least ?? 0);
  };
  checkTasks(written.tasks, ['tasks']);
  checkTasks(written.fast?.tasks, ['fast', 'tasks']);
  for (const id of Object.keys(entries)) checkEntry(id);
  for (const [i, id] of (written.fast?.methods ?? []).entries()) checkReference(id, ['fast', 'methods', i]);
  for (const [i, id] of (written.compare ?? []).entries()) checkReference(id, ['compare', i]);
  checkCycles(file, entries);
}

const hintOf = (name: string, known: readonly string[], otherwise: string): string => {
  const meant = suggest(name, known);
  return meant ? `Did you mean ${meant}?` : otherwise;
};

/** Returns whether other methods have the option, but not this one. */
export function isOfOtherMethods(option: string, { options }: MethodEntry, methods: MethodRegistry): boolean {
  const isOfAny = methodOptions(methods).includes(option) && !trainNames.includes(option);
  return isOfAny && !Object.hasOwn(options, option);
}

/** Checks that sources form no cycle. @throws UsageError that names an entry of the cycle */
function checkCycles(file: YamlFile, entries: Written['methods']): void {
  const sourcesOf = (id: string): string[] => {
    const { sources } = entries[id] ?? {};
    if (sources === undefined) return [];
    const { from, own } = longForm(sources);
    return typeof own === 'string' && own !== 'only' ? [from, own] : [from];
  };
  const visit = (id: string, path: readonly string[]): void => {
    if (path.includes(id)) {
      const circle = [...path.slice(path.indexOf(id)), id].join(' needs ');
      throw file.error(`the sources of ${id} form a cycle: ${circle}`, ['methods', id, 'sources']);
    }
    for (const each of sourcesOf(id)) visit(each, [...path, id]);
  };
  for (const id of Object.keys(entries)) visit(id, []);
}
