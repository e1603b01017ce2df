// The messages that these stages give to windows of their own. From WM_APP on a number means what the
// program wants it to mean.
import { WM_APP } from '../../../ffi/windows/messages.ts';

/** Posted before the one under test. */
export const EARLIER = WM_APP;
/** Under test; its first number counts from 1. */
export const TESTED = WM_APP + 1;
/** Only timed: how long the call, how long until it is handled. */
export const TIMED = WM_APP + 2;
/** Asks the other window, which asks back. */
export const ASK = WM_APP + 3;
export const BACK = WM_APP + 4;
/** Begins work that takes long; says that it has ended. */
export const WORK = WM_APP + 5;
export const DONE = WM_APP + 6;
