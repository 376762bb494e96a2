/** The commit that is checked out in a source tree; else size and time of the program itself. Null when there is none. */
export function programBuild(root: string): string | null;
