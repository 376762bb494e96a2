// The dashboard in a browser: its page and its files, and nothing else of the disk.
import { readFile, realpath } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import path from 'node:path';
import { failure, type Failure } from '../protocol/failure.ts';
import { cookieName, identify, type AccessOptions } from './http-access.ts';
import { sendFailure, sendText } from './http-replies.ts';
import { decoded } from './routes.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};

export interface DashboardOptions extends AccessOptions {
  /** Null when the agent was started without a dashboard. */
  readonly folder: string | null;
}

interface PageRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Answers GET and HEAD of everything outside the API. */
export async function answerPage(page: PageRequest, options: DashboardOptions): Promise<void> {
  const { request, response, url } = page;
  const token = url.searchParams.get('token');
  if (url.pathname === '/' && token !== null) return signIn(response, token, options);
  const access = identify(request, options);
  if (!access.ok) return refuse(page, access.failure);
  const file = options.folder === null ? null : await readInside(options.folder, url.pathname);
  if (file === null) return sendFailure(response, notFound(url.pathname, options.folder));
  sendText(response, 200, file, pageHeaders(options.port));
}

/** Trades the token in the address for a cookie, so that it stays neither in the address bar nor in the history. */
function signIn(response: ServerResponse, token: string, options: DashboardOptions): void {
  const role = options.authenticate(token);
  if (role === null)
    return sendFailure(response, {
      reason: 'unauthorized',
      message: '`token`: this is not a token of this agent.',
      place: 'token',
    });
  const cookie = `${cookieName(options.port)}=${options.sessions.open(role)}; HttpOnly; SameSite=Strict; Path=/`;
  sendText(response, 303, { type: 'text/plain; charset=utf-8', text: '' }, { 'Set-Cookie': cookie, Location: '/' });
}

/** A person gets a page, a program a problem. */
function refuse({ request, response }: PageRequest, problem: Failure): void {
  if (!(request.headers.accept ?? '').includes('text/html')) return sendFailure(response, problem);
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Noodle: not signed in</title>
<h1>Not signed in</h1>
<p>Open the dashboard from the editor (Noodle: Open Dashboard), or with the address that <code>noodle status</code> prints.</p>
`;
  sendText(
    response,
    401,
    { type: 'text/html; charset=utf-8', text },
    { 'Content-Security-Policy': "default-src 'none'" },
  );
}

function pageHeaders(port: number): OutgoingHttpHeaders {
  const sockets = `ws://127.0.0.1:${port} ws://localhost:${port}`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    // The hash is that of an empty style element, with which the page's controls probe the browser.
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
  };
}

/** The file that an address names, when it is a file inside the folder, links followed. */
async function readInside(folder: string, address: string): Promise<{ type: string; text: Buffer } | null> {
  const relative = address === '/' ? 'index.html' : decoded(address.slice(1));
  if (relative === null || !isPlain(relative)) return null;
  const type = contentTypes[path.extname(relative).toLowerCase()];
  if (type === undefined) return null;
  try {
    const root = await realpath(folder);
    const file = await realpath(path.join(root, ...relative.split('/')));
    return file.startsWith(root + path.sep) ? { type, text: await readFile(file) } : null;
  } catch {
    // Missing, a folder or unreadable: all the same to whoever asks.
    return null;
  }
}

function isPlain(relative: string): boolean {
  if (/[\\\0:]/.test(relative)) return false;
  return relative.split('/').every((segment) => segment !== '' && !segment.startsWith('.'));
}

function notFound(address: string, folder: string | null): Failure {
  // A copy of the sources has no page before it was built; what is installed brings it.
  if (folder !== null && (address === '/' || address === '/index.html')) {
    const message = "The dashboard's page has not been built yet.";
    return failure('not_found', message, {
      hint: 'Run `npm run build` in the folder of Noodle, then load this page again.',
    }).failure;
  }
  const found = JSON.stringify(address.slice(0, 100));
  const message =
    folder === null
      ? 'This agent was started without a dashboard.'
      : `There is nothing at ${found}; the dashboard is at /, the API below /api/cicd/.`;
  return failure('not_found', message, { hint: 'See /api/cicd/openapi.json for what there is.' }).failure;
}
