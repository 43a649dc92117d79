import type { WorkEvent } from '@scalearn/cluster';

/** Describes what happened in a worker in one line. */
export function workLine(event: WorkEvent): string {
  if (event.event === 'other-version')
    return `warning: jobs wait for workers whose numerics have version ${event.numerics}; install that version of scalearn on one`;
  return `${event.key}: ${whatHappened(event)}`;
}

function whatHappened(event: Exclude<WorkEvent, { event: 'other-version' }>): string {
  switch (event.event) {
    case 'start':
      return event.resumed === undefined ? 'training' : 'training, from the last checkpoint';
    case 'known':
      return 'there already';
    case 'commit':
      return event.isFirst ? 'done' : 'done, after another worker';
    case 'different':
      return `warning: the result differs from that of ${event.other} on the same kind of device, in ${event.files.join(', ')}; please report this`;
    case 'hand-back':
      return `handed back: ${event.reason}`;
    case 'lost':
      return 'given to another worker, or cancelled';
    case 'died':
      return `died, and is tried again: ${event.reason}`;
    case 'failed': {
      const { cancelled } = event;
      const below = cancelled.length === 0 ? '' : `; cancelled because of it: ${cancelled.join(', ')}`;
      return `failed: ${event.reason}${below}`;
    }
    case 'warning':
      return `warning: ${event.reason}`;
  }
}
