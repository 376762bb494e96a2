// What compilers, package managers and operating systems print when something else than the code is wrong.
import type { BuildFailureClass } from '../../protocol/build.ts';

export type TellingClass = Exclude<BuildFailureClass, 'compile_error' | 'unknown'>;

/** The first line of the output that tells of a class. */
export type FailureSigns = ReadonlyMap<TellingClass, string>;

/** Later ones count only where earlier ones do not fit the line. */
const signs: readonly (readonly [TellingClass, RegExp])[] = [
  ['out_of_disk', /\bENOSPC\b|\bEDQUOT\b|no space left on device|disk quota exceeded|not enough space on the disk/i],
  [
    'out_of_memory',
    /JavaScript heap out of memory|java\.lang\.OutOfMemoryError|^MemoryError\b|cannot allocate memory|virtual memory exhausted|: out of memory\b|\bENOMEM\b|std::bad_alloc|runtime: out of memory|Killed signal terminated program|insufficient memory for the Java Runtime/i,
  ],
  [
    'stale_state',
    /error TS6305:|CMakeCache\.txt directory .* is different|does not match the (?:generator|source)[^.]* used previously|error\[E0(?:460|514|461)\]|found possibly newer version of crate|bad class file:|class file has wrong version|file (?:format )?not recognized|file truncated|malformed (?:object|archive)|ninja: error: .* missing and no known rule|No rule to make target '[^']+\.(?:h|hh|hpp|d)'|corrupt(?:ed)? .*(?:cache|tsbuildinfo)/i,
  ],
  [
    'network',
    /\b(?:ENOTFOUND|EAI_AGAIN|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ERR_SOCKET_TIMEOUT)\b|could not resolve host|temporary failure in name resolution|network is unreachable|connection (?:timed out|reset by peer|refused)|dial tcp|TLS handshake timeout|could not transfer artifact|unable to load the service index|\bNU1301\b|spurious network error|failed to download|\b(?:429 Too Many Requests|502 Bad Gateway|503 Service Unavailable|504 Gateway Time-?out)\b/i,
  ],
  [
    'missing_dependency',
    /cannot find (?:module|package) ['"][^'"./][^'"]*['"]|can't resolve '[^'./][^']*'|could not resolve "[^"./][^"]*"|ModuleNotFoundError: No module named|No module named \S+$|no required module provides package|missing go\.sum entry|could not resolve dependencies|package [\w.]+ does not exist|fatal error: '?[\w./+-]+\.h(?:pp|h)?'?(?: file not found|: No such file)|can't find crate for|cannot find -l\S+|\bNU110\d\b|no matching package named|error: no matching package|ld: library not found for/i,
  ],
  [
    'toolchain_missing',
    /(?:^|: )[\w.+-]+: (?:command )?not found$|is not recognized as an internal or external command|No \.NET SDKs were found|JAVA_HOME is not (?:set|defined)|invalid (?:target|source) release|release version \d+ not supported|toolchain '[^']+' is not installed|requires go >= ?[\d.]+|requires rustc [\d.]+ or newer|CMAKE_\w+_COMPILER (?:not set|could not be found)|no such command: `|executable file not found in/i,
  ],
];

const longestLine = 2000;

/** Looks at one line after the other; lines come without colours. */
export function createSignReader(): { take(line: string): void; readonly found: FailureSigns } {
  const found = new Map<TellingClass, string>();
  return {
    found,
    take(line) {
      if (line.length > longestLine) return;
      const sign = signs.find(([, expression]) => expression.test(line));
      if (sign !== undefined && !found.has(sign[0])) found.set(sign[0], line.trim());
    },
  };
}
