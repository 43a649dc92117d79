// Run by Node and by Deno in an empty project: prints what a device made of the smoke test.
import process from 'node:process';
import { requestDevice } from '@scalearn/core';
import { smoke } from './smoke.ts';

const [choice] = process.argv.slice(2) as ['webgpu' | 'onnx'];
const device = await requestDevice({ device: choice });
console.log(JSON.stringify(await smoke(device)));
await device[Symbol.asyncDispose]();
