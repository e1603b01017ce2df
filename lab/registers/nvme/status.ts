// What an NVMe completion says went wrong, in words and as an errno of the kernel's. Status codes:
// NVM Express Base Specification 1.4, section 4.6.1; errnos as nvme_error_status() of the kernel's
// driver chooses them (drivers/nvme/host/core.c), so that a program sees the same from either.
import { constants } from 'node:os';

const { EIO, ENOSPC, EOPNOTSUPP, ENODATA, ECANCELED } = constants.errno;

/** A status without its two flags (More, Do Not Retry): type in bits 8 to 10, code below. */
const CODE_MASK = 0x7ff;

const known: Readonly<Record<number, readonly [words: string, errno: number]>> = {
  1: ['Invalid Command Opcode', EOPNOTSUPP],
  2: ['Invalid Field in Command', EOPNOTSUPP],
  3: ['Command ID Conflict', EIO],
  4: ['Data Transfer Error', EIO],
  5: ['Commands Aborted due to Power Loss Notification', EIO],
  6: ['Internal Error', EIO],
  7: ['Command Abort Requested', ECANCELED],
  8: ['Command Aborted due to SQ Deletion', ECANCELED],
  11: ['Invalid Namespace or Format', EOPNOTSUPP],
  19: ['PRP Offset Invalid', EIO],
  128: ['LBA Out of Range', EIO],
  129: ['Capacity Exceeded', ENOSPC],
  130: ['Namespace Not Ready', EIO],
  256: ['Completion Queue Invalid', EIO],
  257: ['Invalid Queue Identifier', EIO],
  258: ['Invalid Queue Size', EIO],
  640: ['Write Fault', ENODATA],
  641: ['Unrecovered Read Error', ENODATA],
};

/** `status` as it stands above the phase bit, 0 where all went well. Returns a negated errno. */
export const errnoOfStatus = (status: number): number =>
  status === 0 ? 0 : -(known[status & CODE_MASK]?.[1] ?? EIO);

export function describeStatus(status: number): string {
  const code = status & CODE_MASK;
  const words = known[code]?.[0] ?? 'an error without a name here';
  return `${words} (type ${code >> 8}, code 0x${(code & 0xff).toString(16)})`;
}
