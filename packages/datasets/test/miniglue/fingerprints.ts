import type { MiniglueTask } from '../../src/miniglue/generators.ts';

/** Of every task with its default seed and rows: the same in every runtime. */
export const fingerprints: Readonly<Record<MiniglueTask, string>> = {
  cola: 'e10c5e4829164d719b372e84e3e9e3af5e57eff6cb2d1904ca16cfffcb77f254',
  sst2: 'cfdbd1fb340161eda87ac85a4ddf70e2d3c25255f7371b13ddb59852c4d21c72',
  mrpc: 'fd96921f81a7f1d4776faa49d36056aae0c5414543aaced046318ed0f0c93743',
  qqp: 'a665a9f3a3483c09559a2ef15e8eeef91c9f54b479534ebd238f02ea9e6c0fab',
  stsb: 'f958bb414a1e8ff321faafc5e486be9c612bba724424b853b7e396ab6253568b',
  mnli: '4cda0836972d3d35a35ab7ef870f2467cbc27573095dee1f1b66ed872bda07a5',
  qnli: 'fffe80264df5d01e874256c23de9d1cbd64345e09ea48b1ac203a687ebcddaf9',
  rte: 'fc2c0bdbf00321e1fc4c38fa68b474eb843ca075513c350795920d0015bc0f85',
};
