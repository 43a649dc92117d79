import type { Reporter } from './events.ts';

/**
 * Wraps a reporter so that it shows task names instead of ids.
 *
 * @param names by the ids
 */
export function withTaskNames(reporter: Reporter, names: ReadonlyMap<string, string>): Reporter {
  // Events of several tasks hold their ids in one text.
  const nameOf = (ids: string): string =>
    ids
      .split(', ')
      .map((id) => names.get(id) ?? id)
      .join(', ');
  const named = <T extends { readonly task: string }>(each: T): T => ({ ...each, task: nameOf(each.task) });
  return {
    ...reporter,
    start: (event) => reporter.start(named(event)),
    epoch: (event) => reporter.epoch({ ...event, ...(event.tasks && { tasks: event.tasks.map(named) }) }),
    done: (event) =>
      reporter.done({ ...named(event), ...(event.tasks && { tasks: event.tasks.map(named) }) }),
  };
}
