// The Chromium that the browser tests run in.
import { existsSync } from 'node:fs';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** CHROMIUM names it, or it lies where distributions put it; undefined where there is none. */
export const findChromium = () => [process.env.CHROMIUM, ...usual].find((file) => file && existsSync(file));
