// Which drivers finish each operation before the next can start: whatever their depth, one is under way.
export const ONE_AT_A_TIME: ReadonlySet<string> = new Set([
  'blocking',
  'direct-sync',
  'cached-sync',
  'mmap',
  'null',
  'sync-file',
]);
