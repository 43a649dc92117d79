export { sha256 } from '@scalearn/hub';
