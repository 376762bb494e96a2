// How long an argument of a program may be.

/** Characters with which every program still starts: Linux takes 128 KiB an argument, a batch file of Windows 8 Ki in all. */
export const longestArgument = process.platform === 'win32' ? 6_000 : 100_000;
