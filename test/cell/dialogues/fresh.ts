// Fresh emulated boards on a frozen line, and dialogues held over them by plain calls.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeReply, FrameParser, type Reply } from '../../../firmware/protocol/codec.ts';
import type { SerialBoard } from '../../../lab/boards/core/board.ts';
import { parseHex } from '../../../lab/boards/core/hex.ts';
import { FrozenLine } from '../../../lab/boards/core/line.ts';
import { PicoBoard } from '../../../lab/boards/core/pico/pico.ts';
import { UnoBoard } from '../../../lab/boards/core/uno.ts';
import { createDialogue, type DialoguePlan } from '../../../lab/cell/dialogues/create.ts';
import { converse, type DialogueResults } from '../../../lab/cell/dialogues/dialogue.ts';

export type BoardName = 'uno' | 'pico';

const image = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../firmware/images', name));

const boards: Readonly<Record<BoardName, () => SerialBoard>> = {
  uno: () => new UnoBoard(parseHex(image('uno.hex').toString('latin1'))),
  pico: () => new PicoBoard(image('pico.uf2')),
};

/** A board after its reset, at its first rest. */
export function freshBoard(name: BoardName): FrozenLine {
  const line = new FrozenLine(boards[name]());
  line.start();
  return line;
}

export const freshUno = (): FrozenLine => freshBoard('uno');

/** The whole dialogue with a fresh board. */
export const onBoard = (name: BoardName, plan: DialoguePlan): DialogueResults =>
  converse(createDialogue(plan), freshBoard(name));

export const onUno = (plan: DialoguePlan): DialogueResults => onBoard('uno', plan);

/** The replies in what a line gave. */
export const repliesIn = (bytes: Uint8Array): Reply[] =>
  new FrameParser().push(bytes).map(decodeReply);
