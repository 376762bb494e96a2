// The environment of what we start: the user's own, without anything that npm, the editor or our bootstrap added.

/** The user's environment out of the agent's. */
export declare function userEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string>;

/** Absolute path of an executable as a shell would find it, or null. */
export declare function findExecutable(name: string, env: Readonly<Record<string, string | undefined>>): string | null;
