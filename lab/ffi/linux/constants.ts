// Numbers of the Linux system interface that Node does not export. Pure: drivers and the site may
// import this file. Values from the kernel's uapi headers; equal on x86-64 and arm64.
import { constants } from 'node:os';

export const POLLIN = 0x001;
export const POLLOUT = 0x004;
export const POLLHUP = 0x010;

export const EPOLL_CLOEXEC = 0o2000000;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;
/** Report a change once, not the state again and again. */
export const EPOLLET = 2 ** 31;

/** Numbers that differ between systems come from the system itself. */
export const { EAGAIN, EINTR, EINVAL } = constants.errno;
export const ETIME = 62;

/** io_uring(7), linux/io_uring.h */
export const IORING_ENTER_GETEVENTS = 1;
export const IORING_ENTER_EXT_ARG = 1 << 3;
export const IORING_OFF_SQ_RING = 0;
export const IORING_OFF_SQES = 0x10000000;
/** A flag of an entry: the next one starts when this one has ended well. */
export const IOSQE_IO_LINK = 1 << 2;
export const IORING_OP_FSYNC = 3;
export const IORING_OP_ASYNC_CANCEL = 14;
export const IORING_OP_READ = 22;
export const IORING_OP_WRITE = 23;
export const IORING_ASYNC_CANCEL_ALL = 1 << 0;
export const IORING_ASYNC_CANCEL_ANY = 1 << 2;

/** io_uring_setup(2): who submits, who looks for completions, and when the kernel finishes them. */
export const IORING_SETUP_IOPOLL = 1 << 0;
export const IORING_SETUP_SQPOLL = 1 << 1;
export const IORING_SETUP_SQ_AFF = 1 << 2;
export const IORING_SETUP_COOP_TASKRUN = 1 << 8;
export const IORING_SETUP_SINGLE_ISSUER = 1 << 12;
export const IORING_SETUP_DEFER_TASKRUN = 1 << 13;
export const IORING_SETUP_HYBRID_IOPOLL = 1 << 17;
export const IORING_ENTER_SQ_WAKEUP = 1 << 1;
/** A flag of the submission ring: the kernel's thread sleeps. */
export const IORING_SQ_NEED_WAKEUP = 1 << 0;
/** Operations on what was registered, and one that completes again and again. */
export const IORING_OP_READ_FIXED = 4;
export const IORING_OP_WRITE_FIXED = 5;
export const IORING_OP_READ_MULTISHOT = 49;
/** Flags of an entry: its file is a place among registered ones; the kernel chooses the buffer. */
export const IOSQE_FIXED_FILE = 1 << 0;
export const IOSQE_BUFFER_SELECT = 1 << 5;
/** The buffer that the kernel chose stands in the upper half of a completion's flags. */
export const IORING_CQE_BUFFER_SHIFT = 16;
/** io_uring_register(2) */
export const IORING_REGISTER_BUFFERS = 0;
export const IORING_UNREGISTER_BUFFERS = 1;
export const IORING_REGISTER_FILES = 2;
export const IORING_UNREGISTER_FILES = 3;
export const IORING_REGISTER_PBUF_RING = 22;

/** prctl(2) */
export const PR_SET_PDEATHSIG = 1;
export const PR_SET_TIMERSLACK = 29;
export const SIGKILL = 9;

/** inotify(7); the two ways of closing in one mask. */
export const IN_OPEN = 0x20;
export const IN_CLOSE = 0x18;
export const IN_NONBLOCK = 0o4000;
export const IN_CLOEXEC = 0o2000000;
/** One struct inotify_event without a name; its mask stands at byte 4. */
export const INOTIFY_EVENT_BYTES = 16;
export const INOTIFY_MASK = 4;

/** ioctl_tty(2) */
export const TIOCGEXCL = 0x80045440;

/** fcntl(2), asm-generic/fcntl.h: signals instead of waiting. */
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_SETOWN = 8;
export const F_SETSIG = 10;
export const F_SETOWN_EX = 15;
export const F_OWNER_TID = 0;
export const O_ASYNC = 0o20000;

/** signal(7). The C library keeps the first two real-time signals for itself. */
export const SIGIO = 29;
export const SIGRTMIN = 34;
export const SIG_BLOCK = 0;
export const SIG_SETMASK = 2;
export const SFD_CLOEXEC = 0o2000000;

/** posix_fadvise(2), madvise(2) */
export const POSIX_FADV_DONTNEED = 4;
export const MADV_NORMAL = 0;
export const MADV_RANDOM = 1;
export const MADV_SEQUENTIAL = 2;

/** eventfd(2) */
export const EFD_CLOEXEC = 0o2000000;
/** io_uring_register(2) */
export const IORING_REGISTER_EVENTFD = 4;

/** socket(2), ip(7), tcp(7): asm-generic/socket.h, linux/tcp.h */
export const AF_INET = 2;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_RCVTIMEO = 20;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;
/** send(2): report a closed connection by EPIPE alone, without a signal. */
export const MSG_NOSIGNAL = 0x4000;

/** poll(2), pipe(7): beside POLLIN and POLLOUT. */
export const F_GETPIPE_SZ = 1032;
/** A write of at most so many bytes enters a pipe whole; so much room poll(2) promises. */
export const PIPE_BUF = 4096;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;

/** epoll_ctl(2): of several epolls that watch one descriptor, wake one and not all. */
export const EPOLLEXCLUSIVE = 2 ** 28;
/** eventfd(2): every read takes one. */
export const EFD_SEMAPHORE = 1;
export const EFD_NONBLOCK = 0o4000;

/** sigaction(2), signal(7), setitimer(2), timerfd_create(2), getrlimit(2) */
export const SA_RESTART = 0x10000000;
export const SIGUSR2 = 12;
export const SIGURG = 23;
/** waitpid(2) */
export const WNOHANG = 1;
export const SIGALRM = 14;
export const SIGUSR1 = 10;
export const ITIMER_REAL = 0;
export const CLOCK_MONOTONIC = 1;
export const RLIMIT_SIGPENDING = 11;
export const RLIMIT_NOFILE = 7;

/** aio(7), sigevent(3type): how a finished operation is announced. */
export const { EINPROGRESS } = constants.errno;
export const SIGEV_NONE = 1;
export const SIGEV_THREAD = 2;

/** io_submit(2), linux/aio_abi.h */
export const IOCB_CMD_PREAD = 0;
export const IOCB_CMD_PWRITE = 1;

/** io_uring_enter(2): operations on sockets. */
export const IORING_OP_POLL_ADD = 6;
export const IORING_OP_ACCEPT = 13;
export const IORING_OP_SEND = 26;
export const IORING_OP_RECV = 27;
/** Added to the opcode: it stands in the priority field, the upper half of an entry's first word. */
export const IORING_ACCEPT_MULTISHOT = 1 << 16;
/** A flag of a completion: the same operation will complete again. */
export const IORING_CQE_F_MORE = 1 << 1;
/** As IORING_ACCEPT_MULTISHOT: one receive, a completion for every message. */
export const IORING_RECV_MULTISHOT = 1 << 17;
/** A flag of a completion: it used a provided buffer. */
export const IORING_CQE_F_BUFFER = 1 << 0;

/** kqueue(2), sys/event.h: the same numbers on every system that has it. */
export const EVFILT_READ = -1;
export const EVFILT_WRITE = -2;
export const EV_ADD = 0x1;
export const EV_DELETE = 0x2;
/** Of an event: its data is an errno. */
export const EV_ERROR = 0x4000;

/**
 * VFIO, linux/vfio.h: a PCI function handed to a program whole. Requests are _IO(';', 100 + n); none
 * tells its size, so every struct begins with it.
 */
export const VFIO_API_VERSION = 0;
export const VFIO_GET_API_VERSION = 0x3b64;
export const VFIO_CHECK_EXTENSION = 0x3b65;
export const VFIO_SET_IOMMU = 0x3b66;
export const VFIO_GROUP_GET_STATUS = 0x3b67;
export const VFIO_GROUP_SET_CONTAINER = 0x3b68;
export const VFIO_GROUP_GET_DEVICE_FD = 0x3b6a;
export const VFIO_DEVICE_GET_REGION_INFO = 0x3b6c;
export const VFIO_DEVICE_GET_IRQ_INFO = 0x3b6d;
export const VFIO_DEVICE_SET_IRQS = 0x3b6e;
export const VFIO_IOMMU_MAP_DMA = 0x3b71;
export const VFIO_IOMMU_UNMAP_DMA = 0x3b72;
/** How memory is mapped for the device: by a table of the IOMMU's, or by nobody. */
export const VFIO_TYPE1V2_IOMMU = 3;
export const VFIO_NOIOMMU_IOMMU = 8;
export const VFIO_GROUP_FLAGS_VIABLE = 1 << 0;
export const VFIO_REGION_INFO_FLAG_MMAP = 1 << 2;
export const VFIO_IRQ_INFO_EVENTFD = 1 << 0;
export const VFIO_IRQ_SET_DATA_NONE = 1 << 0;
export const VFIO_IRQ_SET_DATA_EVENTFD = 1 << 2;
export const VFIO_IRQ_SET_ACTION_UNMASK = 1 << 4;
export const VFIO_IRQ_SET_ACTION_TRIGGER = 1 << 5;
export const VFIO_DMA_MAP_FLAG_READ = 1 << 0;
export const VFIO_DMA_MAP_FLAG_WRITE = 1 << 1;
/** Regions and interrupts of a PCI function by number; BAR n is region n. */
export const VFIO_PCI_CONFIG_REGION_INDEX = 7;
export const VFIO_PCI_INTX_IRQ_INDEX = 0;
export const VFIO_PCI_MSI_IRQ_INDEX = 1;
export const VFIO_PCI_MSIX_IRQ_INDEX = 2;
/** Raised when the kernel wants the function back: it is being unplugged or unbound. */
export const VFIO_PCI_REQ_IRQ_INDEX = 4;

/** sound/asound.h: how frames are handed over, what a sample is, and which parameters are chosen. */
export const SNDRV_PCM_ACCESS_RW_INTERLEAVED = 3;
export const SNDRV_PCM_FORMAT_S16_LE = 2;
export const SNDRV_PCM_HW_PARAM_ACCESS = 0;
export const SNDRV_PCM_HW_PARAM_FORMAT = 1;
export const SNDRV_PCM_HW_PARAM_SUBFORMAT = 2;
export const SNDRV_PCM_HW_PARAM_SAMPLE_BITS = 8;
export const SNDRV_PCM_HW_PARAM_CHANNELS = 10;
export const SNDRV_PCM_HW_PARAM_RATE = 11;
export const SNDRV_PCM_HW_PARAM_PERIOD_SIZE = 13;
export const SNDRV_PCM_HW_PARAM_BUFFER_SIZE = 17;
export const SNDRV_PCM_HW_PARAM_TICK_TIME = 19;
/** States of a stream of sound. */
export const SNDRV_PCM_STATE_SETUP = 1;
export const SNDRV_PCM_STATE_PREPARED = 2;
export const SNDRV_PCM_STATE_RUNNING = 3;
export const SNDRV_PCM_STATE_XRUN = 4;
