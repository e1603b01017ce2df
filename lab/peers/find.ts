// Peers are found by listing their folder.
import { readdirSync } from 'node:fs';
import type { Peer } from './peer.ts';

/** Files of this folder that are not peers. */
const OTHERS = new Set(['peer.ts', 'find.ts']);
const PREFIX = 'peer:';

export function peerIds(): string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter(name => name.endsWith('.ts') && !OTHERS.has(name))
    .map(name => name.slice(0, -'.ts'.length))
    .sort();
}

export async function findPeer(id: string): Promise<Peer> {
  return ((await import(new URL(`${id}.ts`, import.meta.url).href)) as { peer: Peer }).peer;
}

/** `peer:fio:io_uring`, as records name it. */
export const peerDriver = (peer: string, engine: string): string => `${PREFIX}${peer}:${engine}`;

/** The peer and engine behind a driver id, or undefined for a driver of ours. */
export function splitPeer(driver: string): { peer: string; engine: string } | undefined {
  if (!driver.startsWith(PREFIX)) return undefined;
  const [peer = '', engine = ''] = driver.slice(PREFIX.length).split(':');
  return { peer, engine };
}
