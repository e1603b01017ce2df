// Files that nobody has: asking for them marks a place in a trace.
export const BEGUN = '/iolab-mark-begun';
export const ENDED = '/iolab-mark-ended';
