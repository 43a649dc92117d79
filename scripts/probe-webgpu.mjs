// Exits with 0 when Dawn finds a WebGPU adapter on this machine, with 1 when it does not.
import { create } from 'webgpu';

// Kept in a variable of the module: Dawn crashes when the object from create() is collected.
const gpu = create([]);
const adapter = await gpu.requestAdapter();
if (adapter) console.log(adapter.info.description || adapter.info.vendor);
process.exit(adapter ? 0 : 1);
