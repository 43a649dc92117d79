// What a user's scalearn.config.ts is that brings a family of encoders.

import { type Config, defineConfig } from '@scalearn/experiments';
import { preNorm } from '../../../../test/families/pre-norm.ts';

const config: Config = defineConfig({ plugins: [{ name: 'pre-norm', families: [preNorm] }] });
export default config;
