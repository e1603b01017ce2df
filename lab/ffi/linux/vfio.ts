// VFIO: the requests by which a program takes a PCI function over, with its registers, its interrupts
// and its own view of memory. Each fills one struct and is made once, at the beginning or the end, so
// they throw instead of returning −1. Sources: linux/vfio.h, Documentation/driver-api/vfio.rst.
import type { LinuxCalls, Memory, VfioCalls } from '../platform.ts';
import { type Library, systemCallError } from '../posix.ts';
import * as n from './constants.ts';
import * as s from './structs.ts';

const SCRATCH_BYTES = 4096;
/** As many descriptors as fit behind a struct vfio_irq_set. */
const MOST_EVENTS = (SCRATCH_BYTES - s.VFIO_IRQ_SET_BYTES) / 4;

export function vfioCalls(
  libc: Library,
  memory: (length: number) => Memory,
): Pick<LinuxCalls, 'vfio'> {
  const ioctl = libc.func('ioctl', 'int', ['int', 'uint64_t', 'uint64_t']);
  let made: VfioCalls | undefined;
  // Hardly a program needs it: its page is mapped when it is first asked for.
  const vfio = () => {
    made ??= calls((fd, request, argument) => ioctl(fd, request, argument), memory(SCRATCH_BYTES));
    return made;
  };
  return { vfio };
}

type Ioctl = (fd: number, request: number, argument: number) => number;

function calls(ioctl: Ioctl, scratch: Memory): VfioCalls {
  const view = new DataView(scratch.bytes.buffer, scratch.bytes.byteOffset, scratch.length);
  const u32 = (at: number, value: number) => view.setUint32(at, value, true);
  const u64 = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  const got32 = (at: number) => view.getUint32(at, true);
  const got64 = (at: number) => Number(view.getBigUint64(at, true));
  const must = (said: number, call: string, subject = ''): number => {
    if (said < 0) throw systemCallError(call, subject);
    return said;
  };
  /** Every struct begins with its size and its flags; unused fields are zero. */
  const begin = (bytes: number, flags = 0) => {
    scratch.bytes.fill(0, 0, bytes);
    u32(0, bytes);
    u32(4, flags);
  };
  return {
    apiVersion: container =>
      must(ioctl(container, n.VFIO_GET_API_VERSION, 0), 'VFIO_GET_API_VERSION'),
    offersIommu: (container, type) => ioctl(container, n.VFIO_CHECK_EXTENSION, type) > 0,
    groupFlags(group) {
      begin(s.VFIO_GROUP_STATUS_BYTES);
      must(ioctl(group, n.VFIO_GROUP_GET_STATUS, scratch.address), 'VFIO_GROUP_GET_STATUS');
      return got32(4);
    },
    setContainer(group, container) {
      view.setInt32(0, container, true);
      must(ioctl(group, n.VFIO_GROUP_SET_CONTAINER, scratch.address), 'VFIO_GROUP_SET_CONTAINER');
    },
    setIommu: (container, type) =>
      void must(ioctl(container, n.VFIO_SET_IOMMU, type), 'VFIO_SET_IOMMU', `type ${type}`),
    deviceOf(group, name) {
      scratch.bytes.fill(0, 0, name.length + 1);
      scratch.bytes.set(new TextEncoder().encode(name));
      const call = 'VFIO_GROUP_GET_DEVICE_FD';
      return must(ioctl(group, n.VFIO_GROUP_GET_DEVICE_FD, scratch.address), call, name);
    },
    regionInfo(device, index) {
      begin(s.VFIO_REGION_INFO_BYTES);
      u32(8, index);
      const call = 'VFIO_DEVICE_GET_REGION_INFO';
      must(ioctl(device, n.VFIO_DEVICE_GET_REGION_INFO, scratch.address), call, `region ${index}`);
      const bytes = got64(s.VFIO_REGION_INFO_SIZE);
      return { flags: got32(4), bytes, offset: got64(s.VFIO_REGION_INFO_OFFSET) };
    },
    interruptInfo(device, index) {
      begin(s.VFIO_IRQ_INFO_BYTES);
      u32(8, index);
      const call = 'VFIO_DEVICE_GET_IRQ_INFO';
      must(ioctl(device, n.VFIO_DEVICE_GET_IRQ_INFO, scratch.address), call, `index ${index}`);
      return { flags: got32(4), count: got32(12) };
    },
    setInterrupts(device, index, flags, count, events = []) {
      if (events.length > MOST_EVENTS) throw new RangeError(`at most ${MOST_EVENTS} events`);
      begin(s.VFIO_IRQ_SET_BYTES + 4 * events.length, flags);
      u32(8, index);
      u32(16, count);
      for (const [at, fd] of events.entries())
        view.setInt32(s.VFIO_IRQ_SET_BYTES + 4 * at, fd, true);
      const call = 'VFIO_DEVICE_SET_IRQS';
      must(ioctl(device, n.VFIO_DEVICE_SET_IRQS, scratch.address), call, `index ${index}`);
    },
    mapDma(container, address, device_address, length) {
      begin(s.VFIO_DMA_MAP_BYTES, n.VFIO_DMA_MAP_FLAG_READ | n.VFIO_DMA_MAP_FLAG_WRITE);
      u64(8, address);
      u64(16, device_address);
      u64(24, length);
      const call = 'VFIO_IOMMU_MAP_DMA';
      must(ioctl(container, n.VFIO_IOMMU_MAP_DMA, scratch.address), call, `${length} bytes`);
    },
    unmapDma(container, device_address, length) {
      begin(s.VFIO_DMA_UNMAP_BYTES);
      u64(8, device_address);
      u64(16, length);
      const call = 'VFIO_IOMMU_UNMAP_DMA';
      must(ioctl(container, n.VFIO_IOMMU_UNMAP_DMA, scratch.address), call, `${length} bytes`);
    },
  };
}
