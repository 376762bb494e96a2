// The product's version, from the package's manifest; the bundle carries it as text.
import manifest from '../package.json' with { type: 'json' };

export const version: string = manifest.version;
