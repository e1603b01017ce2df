// What stages of the completion port say where an operation never ends, over a double of Windows: their own
// result or their own failure, and no memory given back that the system may still write to.
import { beforeEach, describe, expect, it } from 'vitest';
import { connectAccepted } from '../../../lab/stages/completion-port/parts/connection.ts';
import { findStage } from '../../../lab/stages/find.ts';
import type { StageResult } from '../../../lab/stages/stage.ts';
import { temporaryFolder } from '../../helpers/cli.ts';
import { stageContext } from '../run.ts';
import { UntoldWindows } from './untold.ts';

let windows: UntoldWindows;
beforeEach(() => {
  windows = new UntoldWindows();
});

async function run(id: string, parameters = {}): Promise<StageResult> {
  const stage = await findStage('completion-port', id);
  const context = stageContext(windows.platform, parameters);
  return stage.run({ ...context, target: { ...context.target, path: temporaryFolder('untold') } });
}

describe('an operation that nobody tells of', () => {
  it('is counted among the failures, and its memory is left to the system', async () => {
    const { totals, n, notes } = await run('port-errors');
    expect(notes).toContain('broken pipe: 258 (error 258), told by nobody');
    expect(n).toBe(6);
    expect(totals.told_by_nobody, 'four reads stay pending: say so').toBe(4);
    expect(windows.closedTwice, 'close each handle once: its number may be another’s').toEqual([]);
    expect(windows.freed, 'only the port’s own memory').toBe(1);
  });

  it('is what stops the closing of handles in flight', async () => {
    await expect(run('ledger-kept', { cycles: '2' })).rejects.toThrow('an operation never ended');
  });

  it('is what stops an accepting, and every socket is closed', () => {
    const connect = () => connectAccepted(windows.platform);
    expect(connect, 'tell why, not that memory is in use').toThrow('nobody was accepted');
    const left = windows.opened.filter(socket => !windows.closed.includes(socket));
    expect(left, 'close what was opened').toEqual([]);
  });

  it.each(['port-pipe', 'port-file'])('does not hide why %s stopped', async id => {
    let writes = 0;
    windows.begun = call => {
      if (call === 'WriteFile' && ++writes === 2) windows.failing.set(call, 232);
    };
    const asked = run(id, { depth: '2', operations: '8' });
    await expect(asked, 'the first failure is the one to tell').rejects.toThrow('write: error 232');
  });
});

describe('an event of a line', () => {
  const KEY = 0x9009;

  it('may have its packet before the write that brings it about', async () => {
    let [event, bytes_here] = [0, 0];
    windows.begun = (call, pointer) => {
      if (call === 'WaitCommEvent') event = pointer;
      if (call === 'ReadFile') {
        windows.end(pointer, bytes_here, KEY);
        bytes_here = 0;
      }
      if (call !== 'WriteFile') return;
      bytes_here = 1;
      if (event !== 0) windows.end(event, 0, KEY);
      windows.end(pointer, 1, KEY);
    };
    const { totals } = await run('port-serial', { port: 'COM7' });
    const hint = 'keep a packet that is another operation’s for whoever waits for it';
    expect(totals, hint).toMatchObject({ line_events: 1, never_ended: 0, wrong: 0, strangers: 0 });
  });
});
