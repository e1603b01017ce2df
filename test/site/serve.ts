// A small static server for a built site under a base path, as a web host would serve it, and the
// Chromium that the browser tests drive.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { createGzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** What GitHub Pages compresses, and for how long it lets a browser keep an answer. */
const COMPRESSED = /^(?:text|image\/svg|application\/(?:json|javascript|xml))/;
const KEPT_S = 600;

export interface Serving {
  /** Compressed, and with the headers that GitHub Pages sends. */
  readonly as_host?: boolean;
}

/** Serves `folder` under `base` on a free port of this machine. */
export async function serve(
  folder: string,
  base: string,
  { as_host = false }: Serving = {},
): Promise<{ origin: string; close: () => Promise<void> }> {
  const prefix = `${base.replace(/\/+$/, '')}/`;
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const inside = path.startsWith(prefix) ? normalize(path.slice(prefix.length)) : '..';
    let file = join(folder, inside);
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
    const found = !inside.startsWith('..') && existsSync(file);
    if (!found) file = join(folder, '404.html');
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    const headers: Record<string, string> = { 'content-type': type };
    const content = createReadStream(file);
    if (!as_host) {
      response.writeHead(found ? 200 : 404, headers);
      content.pipe(response);
      return;
    }
    headers['cache-control'] = `max-age=${KEPT_S}`;
    headers.vary = 'Accept-Encoding';
    const zipped =
      COMPRESSED.test(type) && /\bgzip\b/.test(`${request.headers['accept-encoding']}`);
    if (zipped) headers['content-encoding'] = 'gzip';
    response.writeHead(found ? 200 : 404, headers);
    if (zipped) content.pipe(createGzip()).pipe(response);
    else content.pipe(response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const CHROMIUM_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Path of Chromium; undefined where there is none. */
export function chromiumPath(): string | undefined {
  const path = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return existsSync(path) ? path : undefined;
}
