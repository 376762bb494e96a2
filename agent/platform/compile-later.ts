// When V8 optimizes: of a process that mostly waits, little is worth it.
import { setFlagsFromString } from 'node:v8';

/**
 * The optimizing compiler takes WebAssembly functions later than by default. SQLite's interpreter is one huge function:
 * by default it counts as hot during the start of an agent already, and compiling it takes 15 MB that stay with the
 * process and half a second of a processor. It still is compiled once a database gives it real work. To be called before
 * anything is compiled.
 */
export function compileLater(): void {
  // Bytes of code executed in one function; the default is 13,000,000.
  setFlagsFromString('--wasm-tiering-budget=2000000000');
}
