export { type Config, defineConfig, type Plugin, type TrainDefaults } from '@scalearn/experiments';
