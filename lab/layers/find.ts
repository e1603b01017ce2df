// Layers are found by listing their folder, as drivers are: a new layer is one new file.
import { readdirSync } from 'node:fs';
import type { Layer } from './layer.ts';

/** Files of this folder that are not layers. */
const OTHERS = new Set(['layer.ts', 'find.ts']);

export function layerIds(): string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter(name => name.endsWith('.ts') && !OTHERS.has(name))
    .map(name => name.slice(0, -'.ts'.length))
    .sort();
}

/** Imports the layer's file, which runs no foreign code. Throws where there is none. */
export async function findLayer(id: string): Promise<Layer> {
  const { layer } = (await import(new URL(`${id}.ts`, import.meta.url).href)) as { layer: Layer };
  return layer;
}
