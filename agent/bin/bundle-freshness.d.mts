/** True when nothing that the bundle is made of is newer than it, removed files included. */
export function isBundleFresh(root: string): boolean;
