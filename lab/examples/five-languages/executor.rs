// Rust's await over a device, and the executor that the language leaves to others: it polls one task, and
// where that is pending it sleeps in epoll until the device can be read. (read.rs tells what comes of it.)
// Source: https://doc.rust-lang.org/std/future/trait.Future.html
use std::cell::RefCell;
use std::future::Future;
use std::os::unix::{fs::OpenOptionsExt, io::AsRawFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::{fs::File, io, io::Read};

const EPOLLIN: u32 = 1;
const EPOLL_CTL_ADD: i32 = 1;
const O_NONBLOCK: i32 = 0o4000;

#[repr(C)]
#[cfg_attr(target_arch = "x86_64", repr(packed))]
struct EpollEvent {
    events: u32,
    data: u64,
}
extern "C" {
    fn epoll_create1(flags: i32) -> i32;
    fn epoll_ctl(epoll: i32, operation: i32, fd: i32, event: *mut EpollEvent) -> i32;
    fn epoll_wait(epoll: i32, events: *mut EpollEvent, most: i32, timeout_ms: i32) -> i32;
}

/// The device, and who is to be woken when it can be read.
pub struct Device {
    file: File,
    epoll: i32,
    waiting: RefCell<Option<Waker>>,
}

impl Device {
    pub fn open(path: &str) -> io::Result<Device> {
        let file = File::options().read(true).custom_flags(O_NONBLOCK).open(path)?;
        let epoll = unsafe { epoll_create1(0) };
        let mut event = EpollEvent { events: EPOLLIN, data: 0 };
        if unsafe { epoll_ctl(epoll, EPOLL_CTL_ADD, file.as_raw_fd(), &mut event) } < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Device { file, epoll, waiting: RefCell::new(None) })
    }

    pub async fn read_message(&self) -> [f64; 4] {
        Readable { device: self, asked: false }.await;
        let mut bytes = [0; 32];
        (&self.file).read_exact(&mut bytes).expect("a whole message");
        [0, 8, 16, 24].map(|at| f64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap()))
    }

    pub fn is_waited_for(&self) -> bool {
        self.waiting.borrow().is_some()
    }

    /// The executor: runs one future to its end.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = Box::pin(future);
        let waker = Waker::from(Arc::new(OneTask));
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return value;
            }
            let mut event = EpollEvent { events: 0, data: 0 };
            if unsafe { epoll_wait(self.epoll, &mut event, 1, -1) } == 1 {
                self.waiting.take().into_iter().for_each(Waker::wake);
            }
        }
    }
}

/// With one task there is no queue to put it into: it is polled after every wait.
pub struct OneTask;
impl Wake for OneTask {
    fn wake(self: Arc<Self>) {}
}

/// Pending until the device has woken it. Dropped while it waits, it takes its waker back.
struct Readable<'a> {
    device: &'a Device,
    asked: bool,
}
impl Future for Readable<'_> {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<()> {
        if self.asked && !self.device.is_waited_for() {
            return Poll::Ready(());
        }
        self.asked = true;
        self.device.waiting.replace(Some(context.waker().clone()));
        Poll::Pending
    }
}
impl Drop for Readable<'_> {
    fn drop(&mut self) {
        self.device.waiting.take();
    }
}
