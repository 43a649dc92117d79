import { byteLevelVocabulary } from '../tokenizer/files/roberta.ts';
import { sentencePieceOfXlmRoberta } from '../tokenizer/files/sentencepiece.ts';
import { bertLike, tanhHead } from './bert.ts';
import { defineEncoderFamily, type EncoderFamily } from './family.ts';

/** RoBERTa (Liu et al. 2019, arXiv 1907.11692): BERT with other positions, another padding id and other heads. */
export const roberta: EncoderFamily = robertaLike('roberta', 'Roberta', {
  vocabulary: byteLevelVocabulary('RobertaTokenizer'),
});

/** XLM-R (Conneau et al. 2020, arXiv 1911.02116): RoBERTa with another vocabulary. */
export const xlmRoberta: EncoderFamily = robertaLike('xlm-roberta', 'XLMRoberta', {
  vocabulary: sentencePieceOfXlmRoberta(),
});

function robertaLike(
  modelType: string,
  pythonClass: string,
  more: Pick<EncoderFamily, 'vocabulary'> = {},
): EncoderFamily {
  return defineEncoderFamily({
    ...bertLike('roberta', { modelType, padTokenId: 1 }),
    ...more,
    pythonClass,
    staticHead: () => tanhHead(true),
    // Positions start at the padding id + 1.
    firstPosition: ({ padTokenId }) => padTokenId + 1,
    maskedLM: {
      dense: 'lm_head.dense',
      norm: 'lm_head.layer_norm',
      bias: 'lm_head.bias',
      // The head always uses GELU, independent of the layers.
      activation: 'gelu',
      words: 'embeddings.word_embeddings.weight',
      tokens: { mask: '<mask>', others: ['<s>', '<pad>', '</s>', '<unk>'] },
    },
  });
}
