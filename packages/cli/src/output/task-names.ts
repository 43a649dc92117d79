import type { Reporter } from './events.ts';

/**
 * A reporter that calls tasks as people know them, rather than by their ids.
 *
 * @param names by the ids
 */
export function withTaskNames(reporter: Reporter, names: ReadonlyMap<string, string>): Reporter {
  // Of several tasks the events have one text.
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
