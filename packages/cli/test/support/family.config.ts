// What a user's scalearn.config.ts is that brings a family of encoders.
import { preNorm } from '../../../../test/families/pre-norm.ts';
import { type Config, defineConfig } from '../../src/config/define.ts';

const config: Config = defineConfig({ plugins: [{ name: 'pre-norm', families: [preNorm] }] });
export default config;
