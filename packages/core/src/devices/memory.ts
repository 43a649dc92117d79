import { at } from '../elements.ts';
import type { MemoryUse } from './device.ts';

/** Sums live bytes by the first part of each label. */
export function measureMemory(
  items: Iterable<{ readonly label: string; readonly bytes: number }>,
): MemoryUse {
  const bytes: Record<string, number> = {};
  let total = 0;
  for (const item of items) {
    const group = at(item.label.split('/', 1), 0);
    bytes[group] = (bytes[group] ?? 0) + item.bytes;
    total += item.bytes;
  }
  return { bytes, total };
}
