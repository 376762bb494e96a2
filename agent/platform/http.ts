// Node's HTTP modules, loaded when they are used.

import type http from 'node:http';

/**
 * `node:http`. An `import` of it makes an ES module of it, for which Node evaluates all that it exports, `fetch` and its
 * library too: 40 ms of the start of every agent that nobody needs.
 */
export function nodeHttp(): typeof http {
  return process.getBuiltinModule('node:http');
}
