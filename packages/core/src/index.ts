export { ReferenceDevice } from './devices/reference.ts';
