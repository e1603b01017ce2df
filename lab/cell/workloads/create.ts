// From a job's description to the workload that carries it out.

import { STAMP_BYTES } from '../../devices/stamp.ts';
import type { OpenContext, Target } from '../../drivers/driver.ts';
import { Unsupported } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import { DIALOGUE_SLOT_BYTES } from '../conversation.ts';
import type { CellJob } from '../protocol.ts';
import type { AnyEngine, Edges, Workload } from '../workload.ts';
import { ChainRead } from './chain-read.ts';
import { ECHO_SLOT_BYTES, Echo } from './echo.ts';
import { EXCHANGE_SLOT_BYTES, Exchanges } from './exchanges.ts';
import { INPUT_SLOT_BYTES, InputRead } from './input-read.ts';
import { RandomRead } from './random-read.ts';
import { REQUEST_REPLY_SLOT_BYTES, RequestReply } from './request-reply.ts';
import { StampedRead } from './stamped-read.ts';

/** Slots that a job needs of its driver. */
export function slotsFor(job: CellJob): Pick<OpenContext, 'depth' | 'slot_bytes'> {
  switch (job.workload.kind) {
    case 'stamped-read':
      return { depth: 1, slot_bytes: STAMP_BYTES };
    case 'request-reply':
      return { depth: 1, slot_bytes: REQUEST_REPLY_SLOT_BYTES };
    case 'input-read':
      return { depth: 1, slot_bytes: INPUT_SLOT_BYTES };
    case 'echo':
      return { depth: 1, slot_bytes: ECHO_SLOT_BYTES };
    case 'exchange':
      return { depth: job.depth, slot_bytes: EXCHANGE_SLOT_BYTES };
    case 'toggle':
      throw new Error('a toggle goes through a layer and needs no slots');
    case 'dialogue':
      return { depth: 1, slot_bytes: DIALOGUE_SLOT_BYTES };
    case 'program':
      throw new Error('a program runs on a machine of its own and needs no slots');
    case 'stage':
      throw new Error('a stage opens what it needs by itself');
    case 'chain-read':
    case 'random-read':
      return { depth: job.depth, slot_bytes: job.workload.block_bytes };
  }
}

export function createWorkload(
  job: CellJob,
  engine: AnyEngine,
  edges: Edges,
  platform: Platform,
): Workload {
  const { workload, target, depth } = job;
  switch (workload.kind) {
    case 'stamped-read':
      return new StampedRead(engine, edges, platform, workload.samples, workload.epoch);
    case 'input-read':
      if (!target.input) throw new Unsupported(`${target.device} is no input device`, '');
      return new InputRead(engine, edges, platform, target, workload);
    case 'echo':
      return new Echo(engine, edges, platform, workload);
    case 'request-reply':
      if (!target.board) throw new Unsupported(`${target.device} is no board`, 'name a board');
      return new RequestReply(engine, edges, platform, { ...workload, ...target.board });
    case 'exchange':
      if (!target.registers) throw new Unsupported(`${target.device} has no registers`, '');
      return new Exchanges(engine, edges, { ...workload, ...target.registers, depth });
    case 'toggle':
      throw new Error('a toggle goes through a layer, not through a driver');
    case 'dialogue':
      throw new Error('a dialogue has a loop of its own (lab/cell/conversation.ts)');
    case 'program':
      throw new Error('a program runs on a machine of its own (lab/cell/program.ts)');
    case 'stage':
      throw new Error('a stage has no driver (lab/cell/stage.ts)');
    case 'chain-read':
      return new ChainRead(engine, edges, {
        ...workload,
        depth,
        bytes: target.bytes ?? 0,
        verify: checkOf(target) === 'numbers',
      });
    case 'random-read': {
      const verify = checkOf(target);
      // Where one call submits a whole batch later, the time in `submit` says nothing.
      const split = job.parameters.submission !== 'batch';
      const plan = { ...workload, depth, bytes: target.bytes ?? 0, verify, split };
      return new RandomRead(engine, edges, plan, platform.now());
    }
  }
}

/** What a read of the target can be checked against. */
function checkOf({ device, blocks = 'numbers' }: Target): 'numbers' | 'zeros' | 'nothing' {
  return device === 'null' || blocks === 'unknown' ? 'nothing' : blocks;
}
