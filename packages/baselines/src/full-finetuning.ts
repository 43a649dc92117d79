import type { Method } from '@scalearn/core';
import { defineMethod, type MethodDefinition, type MethodReader } from '@scalearn/core/methods';
import { fullModelFiles, readFullModel } from './full-model-folder.ts';

/**
 * Full fine-tuning: every pretrained weight of the encoder trains together with the head (Devlin et al. 2019, arXiv
 * 1810.04805; docs/reference/methods.md#full-fine-tuning). Nothing is added to the layers:
 *
 * `y = LN₂(h + x)`, all `[tokens, hidden]`.
 */
export function fullFinetuning(): Method {
  return {
    name: 'full-finetuning',
    kind: 'single-task',
    headLayout: 'static',
    trainsEncoder: true,
    defaults: { learningRate: 2e-5, epochs: 30, patience: 5, weightDecay: 0 },
    parameters: () => [],
    sites: () => ({}),
    save: (call) => fullModelFiles('full-finetuning', call),
  };
}

/** Reads the folder of a fine-tuned encoder. */
export const fullFinetuningReader: MethodReader = (folder, target) =>
  readFullModel(folder, target, fullFinetuning());

/** The definition of {@link fullFinetuning} for lists of methods. */
export const fullFinetuningMethod: MethodDefinition = defineMethod({
  id: 'full-finetuning',
  title: 'Full FT',
  summary: 'the whole encoder',
  kind: 'single-task',
  reference: {
    paper: 'Devlin et al. 2019, arXiv 1810.04805',
    equation: 'y = LN₂(h + x)',
    file: 'baselines/src/full-finetuning.ts',
  },
  trains: { what: 'all weights of the encoder', where: 'everywhere', count: 'all' },
  options: {},
  make: () => fullFinetuning(),
  reader: fullFinetuningReader,
});
