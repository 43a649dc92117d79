import manifest from '../package.json' with { type: 'json' };

/** Version of this package, which all packages share. */
export const version: string = manifest.version;
