import type { Method } from '@scalearn/core';
import { defineMethod, type MethodDefinition, type MethodReader } from '@scalearn/core/methods';
import { fullFinetuning } from './full-finetuning.ts';
import { fullModelFiles, readFullModel } from './full-model-folder.ts';
import { jointDefaults } from './joint.ts';

/**
 * Full FT-m: one encoder for several tasks, each with its own head. All weights of the encoder train
 * (docs/reference/methods.md#full-ft-m). For a batch of any task the layers are unchanged, `y = LN₂(h + x)`, all
 * `[tokens, hidden]`. The pooler trains with the tasks that use it.
 */
export function fullFinetuningM(): Method {
  const name = 'full-finetuning-m';
  return {
    ...fullFinetuning(),
    name,
    kind: 'joint',
    defaults: jointDefaults(2e-5),
    save: (call) => fullModelFiles(name, call),
  };
}

/** Reads the folder of an encoder fine-tuned on several tasks. */
export const fullFinetuningMReader: MethodReader = (folder, target) =>
  readFullModel(folder, target, fullFinetuningM());

/** The definition of {@link fullFinetuningM} for lists of methods. */
export const fullFinetuningMMethod: MethodDefinition = defineMethod({
  id: 'full-finetuning-m',
  title: 'Full FT-m',
  summary: 'the whole encoder, for all tasks',
  kind: 'joint',
  reference: {
    paper: 'Devlin et al. 2019, arXiv 1810.04805',
    equation: 'y = LN₂(h + x)',
    file: 'baselines/src/full-finetuning-m.ts',
  },
  trains: { what: 'all weights of the encoder', where: 'everywhere', count: 'all' },
  options: {},
  make: () => fullFinetuningM(),
  reader: fullFinetuningMReader,
});
