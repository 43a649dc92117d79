// Finds the Chromium for the browser tests.
import { existsSync } from 'node:fs';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Returns the path from CHROMIUM, or from the usual places of distributions; undefined if there is none. */
export const findChromium = () => [process.env.CHROMIUM, ...usual].find((file) => file && existsSync(file));
