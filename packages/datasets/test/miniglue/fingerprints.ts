import type { MiniglueTask } from '../../src/miniglue/generators.ts';

/** Of every task with its default seed and rows: the same in every runtime. */
export const fingerprints: Readonly<Record<MiniglueTask, string>> = {
  cola: '9be2b3ce976b5b54153962ba156e2a459fd8b7b6f3097988a3cded30c939dced',
  sst2: 'cfdbd1fb340161eda87ac85a4ddf70e2d3c25255f7371b13ddb59852c4d21c72',
  mrpc: '2157d660975addb611c2fc2828801432a63663c464b553ac503f114a2c69fb02',
  qqp: 'a609558f2629b239442fe81bd6d25563c9abcd6e405303380a9c7dde11adc442',
  stsb: '47ae0427b5fe58e168777fcf17cdec4564385cf65ccd159782b8c0cd0aa5bebe',
  mnli: 'a5befe8543f0ae110279abc9c32252673196b52e5dec3c10fbb40ccc34d71f2e',
  qnli: '96f670ecb1bd7191d080779849db24c21a0bcd15ffaff8462612473380794ffa',
  rte: 'cda39f42039930898ad99eba40598a9e18b15d5214ebac9cbd80d46d432461a9',
};
