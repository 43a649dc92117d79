// The command `scalearn` loads this file when it is started in this folder.
import { defineConfig } from '@scalearn/cli/config';
import { gatedSumMethod } from './gated-sum.ts';

export default defineConfig({
  plugins: [{ name: 'gated-sum', methods: [gatedSumMethod] }],
  defaults: { encoder: 'mini' },
});
