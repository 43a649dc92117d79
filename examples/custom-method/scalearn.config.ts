// Found by the command `scalearn` in the folder where it is started.
import { defineConfig } from '@scalearn/cli/config';
import { gatedSumMethod } from './gated-sum.ts';

export default defineConfig({
  plugins: [{ name: 'gated-sum', methods: [gatedSumMethod] }],
  defaults: { encoder: 'mini' },
});
