export { ia3, ia3Reader } from './ia3.ts';
