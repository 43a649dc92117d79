import { describe, test } from 'vitest';
import { ReferenceDevice } from '../../src/devices/reference.ts';
import { checkOperation } from '../../src/testing.ts';
import { caseCheck, operationCases } from './cases.ts';

describe('gradients agree with central differences, and float32 with float64', () => {
  for (const c of operationCases)
    test(c.name, () => checkOperation({ ...caseCheck(c), devices: [new ReferenceDevice('float32')] }));
});
