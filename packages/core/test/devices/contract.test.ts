import { ReferenceDevice } from '../../src/index.ts';
import { deviceContract } from './contract.ts';

deviceContract('reference in float32', async () => new ReferenceDevice('float32'));
