import { listAdapters } from '@scalearn/core';
import type { DriverEvent } from './devices/ask-drivers.ts';
import { examineAdapter } from './doctor/examine-device.ts';

// A program of its own: it asks the graphics drivers what there is, and tests the adapter if its argument is `quick`,
// `full` or `tune`. Drivers print to standard error by themselves, and may crash. Here, that affects nobody.

const say = (event: DriverEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

const adapters = await listAdapters();
say({ event: 'adapters', adapters });
const [adapter] = adapters;
const [extent] = process.argv.slice(2);
if (adapter && (extent === 'quick' || extent === 'full' || extent === 'tune'))
  await examineAdapter(adapter, extent, say);
