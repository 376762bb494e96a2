// A real nginx that serves a build cache over WebDAV: `await using server = await NginxCache.start()`.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebianTool } from './debian-tools.ts';

export const nginx: DebianTool = { needs: ['/usr/sbin/nginx'], packages: ['nginx-light'] };

export class NginxCache implements AsyncDisposable {
  readonly url: string;
  /** Where the server keeps what was put: `ac/<key>`, `cas/<digest>`. */
  readonly folder: string;
  readonly #process: ChildProcess;
  readonly #home: string;

  private constructor(home: string, port: number, child: ChildProcess) {
    this.url = `http://127.0.0.1:${port}/cache`;
    this.folder = path.join(home, 'content/cache');
    this.#process = child;
    this.#home = home;
  }

  /** With `password`, only a user `team` of that password may come in. */
  static async start(options: { readonly password?: string } = {}): Promise<NginxCache> {
    const home = await mkdtemp(path.join(tmpdir(), 'noodle-nginx-'));
    const port = await freePort();
    await mkdir(path.join(home, 'content/cache'), { recursive: true });
    await writeFile(path.join(home, 'users'), `team:{PLAIN}${options.password ?? ''}\n`);
    await writeFile(path.join(home, 'nginx.conf'), configuration(home, port, options.password !== undefined));
    const child = spawn(
      '/usr/sbin/nginx',
      ['-p', home, '-c', path.join(home, 'nginx.conf'), '-e', path.join(home, 'error.log')],
      {
        stdio: 'ignore',
      },
    );
    await listening(port, child);
    return new NginxCache(home, port, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGTERM');
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
    await rm(this.#home, { recursive: true, force: true });
  }
}

function configuration(home: string, port: number, isGuarded: boolean): string {
  const guard = isGuarded ? `auth_basic cache; auth_basic_user_file ${home}/users;` : '';
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${home}/pid;
worker_processes 1;
events { worker_connections 64; }
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi;
  scgi_temp_path ${home}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${home}/content;
    location / {
      ${guard}
      dav_methods PUT;
      create_full_put_path on;
    }
  }
}
`;
}

/** A port that nobody has right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a port was asked for');
  return address.port;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
