// Exits with 0 if Dawn finds a WebGPU adapter on this machine, and with 1 if it does not.
import { create } from 'webgpu';

// A module variable keeps the object from garbage collection: Dawn crashes when the object from create() is collected.
const gpu = create([]);
const adapter = await gpu.requestAdapter();
if (adapter) console.log(adapter.info.description || adapter.info.vendor);
process.exit(adapter ? 0 : 1);
