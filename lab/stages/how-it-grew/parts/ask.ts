// Asks this system for the calls of one era: a library for its export, a provider of sockets for the rest.
import { openSocket } from '../../../examples/ports/handles.ts';
import { windowsOf } from '../../../examples/ports/port.ts';
import type { Platform } from '../../../ffi/platform.ts';
import type { StageContext, StageResult } from '../../stage.ts';
import { BY_ASKING, eraOf, metricOf } from './history.ts';

export function askExports({ platform }: StageContext, id: string): StageResult {
  const inspection = windowsOf(platform).inspection();
  const { calls, since } = eraOf(id);
  const has = calls.map(call => ({
    call,
    found:
      call.library === BY_ASKING
        ? hasRegisteredIo(platform)
        : inspection.exported(call.library, call.name),
  }));
  const missing = has.filter(({ found }) => !found).map(({ call }) => call.name);
  return {
    n: calls.length,
    totals: {
      asked: calls.length,
      found: calls.length - missing.length,
      ...Object.fromEntries(has.map(({ call, found }) => [metricOf(call), found ? 1 : 0])),
    },
    notes: [since, ...(missing.length > 0 ? [`not here: ${missing.join(', ')}`] : [])],
  };
}

function hasRegisteredIo(platform: Platform): boolean {
  const sockets = windowsOf(platform).sockets();
  const socket = openSocket(platform);
  try {
    return sockets.registered(socket) !== undefined;
  } finally {
    sockets.closesocket(socket);
  }
}
