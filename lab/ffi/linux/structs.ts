// Where the fields of the system's structures stand, in bytes. Typed arrays over stable memory are
// used as structures: a converted struct argument would cost more than the call it describes.

/** struct pollfd (poll(2)): int fd; short events; short revents. */
export const POLLFD_BYTES = 8;
export const POLLFD_EVENTS = 4;
export const POLLFD_REVENTS = 6;

/** struct epoll_event (epoll_ctl(2)) is packed on x86-64 and padded elsewhere. */
export const EPOLL_EVENT_BYTES = process.arch === 'x64' ? 12 : 16;

/** struct io_uring_params (linux/io_uring.h): ten u32, then two blocks of offsets. */
export const URING_PARAMS_BYTES = 120;
export const URING_SQE_BYTES = 64;
export const URING_CQE_BYTES = 16;
/** struct io_uring_buf: u64 address; u32 length; u16 id; and in the first one the ring's tail, u16. */
export const URING_BUF_BYTES = 16;
export const URING_BUF_ID = 12;
export const URING_BUF_TAIL = 14;
/** struct io_uring_buf_reg: u64 address; u32 entries; u16 group; u16 flags; three u64 unused. */
export const URING_BUF_REG_BYTES = 40;

/** sigset_t of the C library: 1024 bits. */
export const SIGSET_BYTES = 128;
/** struct signalfd_siginfo (signalfd(2)); the signal's number stands first. */
export const SIGNALFD_SIGINFO_BYTES = 128;
/** struct f_owner_ex (fcntl(2)): int type; pid_t pid. */
export const F_OWNER_EX_BYTES = 8;

/** struct sockaddr_in (ip(7)): family in the host's order, then port and address in the network's. */
export const SOCKADDR_IN_BYTES = 16;
export const SOCKADDR_IN_PORT = 2;
export const SOCKADDR_IN_ADDRESS = 4;
/** struct mmsghdr (sendmmsg(2)): a struct msghdr, then how many bytes were moved. */
export const MMSGHDR_BYTES = 64;
export const MMSGHDR_LENGTH = 56;

/** struct sigaction of the C library: handler, mask, flags, restorer. */
export const SIGACTION_BYTES = 152;
export const SIGACTION_FLAGS = 136;
/** struct rlimit (getrlimit(2)): two u64, the soft limit and the hard one. */
export const RLIMIT_BYTES = 16;

/** siginfo_t (sigaction(2)): of a signal that F_SETSIG sent, the descriptor stands at byte 24. */
export const SIGINFO_BYTES = 128;
export const SIGINFO_FD = 24;

/** struct aiocb of the C library (aio(7)) on 64-bit systems; its struct sigevent stands at byte 32. */
export const AIOCB_BYTES = 168;
export const AIOCB_FD = 0;
export const AIOCB_BUFFER = 16;
export const AIOCB_LENGTH = 24;
export const AIOCB_SIGEV_VALUE = 32;
export const AIOCB_SIGEV_NOTIFY = 44;
export const AIOCB_SIGEV_FUNCTION = 48;
export const AIOCB_OFFSET = 128;

/** struct iocb and struct io_event (linux/aio_abi.h). */
export const IOCB_BYTES = 64;
export const IOCB_DATA = 0;
export const IOCB_OPCODE = 16;
export const IOCB_FD = 20;
export const IOCB_BUFFER = 24;
export const IOCB_LENGTH = 32;
export const IOCB_OFFSET = 40;
export const IO_EVENT_BYTES = 32;
export const IO_EVENT_DATA = 0;
export const IO_EVENT_RESULT = 16;

/** struct kevent (kqueue(2), sys/event.h); FreeBSD has four more words of 64 bits at its end. */
export const keventBytes = (os: NodeJS.Platform): number => (os === 'freebsd' ? 64 : 32);
/** u64 identifier; i16 filter; u16 flags; u32 flags of the filter; i64 data; u64 of the user's. */
export const KEVENT_IDENT = 0;
export const KEVENT_FILTER = 8;
export const KEVENT_FLAGS = 10;
export const KEVENT_DATA = 16;

/** linux/vfio.h. Each begins with u32 size, u32 flags. struct vfio_group_status has no more. */
export const VFIO_GROUP_STATUS_BYTES = 8;
/** struct vfio_region_info: u32 index, u32 capabilities; u64 size, u64 offset in the descriptor. */
export const VFIO_REGION_INFO_BYTES = 32;
export const VFIO_REGION_INFO_SIZE = 16;
export const VFIO_REGION_INFO_OFFSET = 24;
/** struct vfio_irq_info: u32 index, u32 count. */
export const VFIO_IRQ_INFO_BYTES = 16;
/** struct vfio_irq_set: u32 index, u32 start, u32 count; then an i32 descriptor for each. */
export const VFIO_IRQ_SET_BYTES = 20;
/** struct vfio_iommu_type1_dma_map: u64 address, u64 address of the device's, u64 size. */
export const VFIO_DMA_MAP_BYTES = 32;
/** struct vfio_iommu_type1_dma_unmap: u64 address of the device's, u64 size. */
export const VFIO_DMA_UNMAP_BYTES = 24;

/** sound/asound.h. struct snd_pcm_info: its names, each of them ended by a zero. */
export const SND_PCM_INFO_BYTES = 288;
export const SND_PCM_INFO_ID = 16;
export const SND_PCM_INFO_NAME = 80;
/** struct snd_pcm_hw_params: u32 flags; three masks of 256 bits; twelve intervals from byte 260 on. */
export const SND_HW_PARAMS_BYTES = 608;
export const SND_HW_PARAMS_MASKS = 4;
export const SND_MASK_BYTES = 32;
export const SND_HW_PARAMS_INTERVALS = 260;
/** struct snd_interval: u32 least, u32 most, and a word of which bit 2 asks for whole numbers. */
export const SND_INTERVAL_BYTES = 12;
export const SND_HW_PARAMS_ASKED = 512;
/** struct snd_pcm_sw_params; what is counted in frames are unsigned longs. */
export const SND_SW_PARAMS_BYTES = 136;
export const SND_SW_PARAMS_PERIOD_STEP = 4;
export const SND_SW_PARAMS_AVAIL_MIN = 16;
export const SND_SW_PARAMS_START = 32;
export const SND_SW_PARAMS_STOP = 40;
/** struct snd_pcm_status: i32 state, then times and counts that are not read here. */
export const SND_PCM_STATUS_BYTES = 152;
/** struct snd_xferi: long moved; void *frames; unsigned long frames. */
export const SND_XFERI_BYTES = 24;
export const SND_XFERI_BUFFER = 8;
export const SND_XFERI_FRAMES = 16;
