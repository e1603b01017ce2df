// Node's own calls on Windows: every function that node.exe imports goes through a table, and the entries of
// the calls in question are led over counters (lab/ffi/windows/imports.ts).
import { windowsOf } from '../../../examples/ports/port.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { type Kind, work } from './work.ts';

/** By what they are for. */
const WAITS = ['GetQueuedCompletionStatus', 'GetQueuedCompletionStatusEx'];
const POSTS = ['PostQueuedCompletionStatus'];
const STARTS = ['ReadFile', 'WriteFile', 'WSARecv', 'WSASend'];
const TELLS = ['CreateIoCompletionPort'];
const ALL = [...WAITS, ...POSTS, ...STARTS, ...TELLS];

export async function countOnPort(
  { platform, parameters }: StageContext,
  kind: Kind,
): Promise<StageResult> {
  const exchanges = whole(parameters, 'exchanges');
  const imports = windowsOf(platform).inspection().countImports(ALL);
  const sum = (names: readonly string[]) =>
    names.reduce((total, name) => total + imports.count(name), 0);
  const counts = () => [WAITS, POSTS, STARTS].map(sum) as [number, number, number];
  let before: [number, number, number] = [0, 0, 0];
  let after = before;
  try {
    await work(
      kind,
      exchanges,
      () => {
        before = counts();
      },
      () => {
        after = counts();
      },
    );
    const [waits, posts, starts] = after.map((value, i) => value - before[i]!);
    return {
      n: exchanges,
      totals: {
        associated: sum(TELLS),
        waits_per_op: waits! / exchanges,
        posts_per_op: posts! / exchanges,
        starts_per_op: starts! / exchanges,
      },
      notes: [
        `counted in node.exe, its start and end included: ${imports.counted.map(name => `${name} ${imports.count(name)}`).join(', ')}`,
      ],
    };
  } finally {
    imports.restore();
  }
}
