// Messages between the parts of these programs: numbers from WM_APP on are the program's own.
import { WM_APP } from '../../../ffi/windows/messages.ts';

/** A read has ended: which stream and which worker; bytes, or an error negated. */
export const RESULT = WM_APP;
/** Something has happened on a socket (WSAAsyncSelect). */
export const SOCKET = WM_APP + 1;
/** Read everything, now. */
export const READ_ALL = WM_APP + 2;
