// A fresh emulated board on a frozen line, and dialogues held over it by plain calls.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeReply, FrameParser, type Reply } from '../../../firmware/protocol/codec.ts';
import { parseHex } from '../../../lab/boards/core/hex.ts';
import { FrozenLine } from '../../../lab/boards/core/line.ts';
import { UnoBoard } from '../../../lab/boards/core/uno.ts';
import { createDialogue, type DialoguePlan } from '../../../lab/cell/dialogues/create.ts';
import { converse, type DialogueResults } from '../../../lab/cell/dialogues/dialogue.ts';

const image = parseHex(
  readFileSync(join(import.meta.dirname, '../../../firmware/images/uno.hex'), 'latin1'),
);

export function freshUno(): FrozenLine<UnoBoard> {
  const line = new FrozenLine(new UnoBoard(image));
  line.start();
  return line;
}

export const onUno = (plan: DialoguePlan): DialogueResults =>
  converse(createDialogue(plan), freshUno());

/** The replies in what a line gave. */
export const repliesIn = (bytes: Uint8Array): Reply[] =>
  new FrameParser().push(bytes).map(decodeReply);
