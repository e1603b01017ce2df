// Reads the stamped messages of a fifo (lab/devices/stamp.ts) with Rust's await (executor.rs) and tells
// what it found out on the way, a JSON document a line. A line of input says: go on.
//   rustc --edition 2021 -O read.rs && ./read PATH WARMUP COUNT TRIES TASKS
// Source: https://doc.rust-lang.org/std/alloc/trait.GlobalAlloc.html
mod executor;

use executor::{Device, OneTask};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::{env, io, thread};

const CLOCK_MONOTONIC: i32 = 1;
const SEQUENCE: usize = 2;
/// The number of the message that ends a try.
const LAST: f64 = -1.0;

extern "C" {
    fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
}

/// The system's allocator, with a count of what is taken from it.
struct Counting;
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static ALLOCATED_BYTES: AtomicU64 = AtomicU64::new(0);
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        ALLOCATED_BYTES.fetch_add(layout.size() as u64, Relaxed);
        System.alloc(layout)
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        System.dealloc(pointer, layout)
    }
}
#[global_allocator]
static HEAP: Counting = Counting;

fn taken() -> (u64, u64) {
    (ALLOCATIONS.load(Relaxed), ALLOCATED_BYTES.load(Relaxed))
}

fn say(event: &str, facts: &str) {
    println!("{{\"event\":\"{event}\"{facts}}}");
}

fn go_on() {
    io::stdin().read_line(&mut String::new()).expect("a line of input");
}

fn clock_ns() -> i64 {
    let mut time = [0; 2];
    unsafe { clock_gettime(CLOCK_MONOTONIC, &mut time) };
    time[0] * 1_000_000_000 + time[1]
}

async fn count_messages(device: &Device, warmup: usize, count: usize) {
    let ran = Cell::new(false);
    let task = async {
        ran.set(true);
        device.read_message().await
    };
    say("created", &format!(r#","ran":{}"#, ran.get()));
    task.await;

    for _ in 1..warmup {
        device.read_message().await;
    }
    say("warm", "");

    let mut messages = Vec::with_capacity(count);
    let mut elsewhere = 0;
    let before = taken();
    for _ in 0..count {
        let thread = thread::current().id();
        let message = device.read_message().await;
        messages.push((message, clock_ns()));
        elsewhere += usize::from(thread::current().id() != thread);
    }
    let (allocations, bytes) = (taken().0 - before.0, taken().1 - before.1);
    let heap = format!(r#","allocations":{allocations},"allocated_bytes":{bytes}"#);
    say("counted", &format!(r#","resumed_elsewhere":{elsewhere}{heap}"#));
    go_on();
    for ([sent, intended, sequence, epoch], resumed) in messages {
        let fields = format!("[{sent},{intended},{sequence},{epoch},{resumed}]");
        say("message", &format!(r#","message":{fields}"#));
    }
}

/// What tasks hold on the heap that wait for the device.
fn bytes_of_waiting(tasks: usize, device: &Device, context: &mut Context) -> u64 {
    let before = taken().1;
    let mut waiting: Vec<_> = (0..tasks).map(|_| Box::pin(device.read_message())).collect();
    for one in &mut waiting {
        assert!(one.as_mut().poll(context).is_pending());
    }
    taken().1 - before
}

/// Give up a read that waits: to drop the future is all there is to it.
fn cancel_one(device: &Device, context: &mut Context) -> bool {
    let mut reading = Box::pin(device.read_message());
    let began = reading.as_mut().poll(context).is_pending() && device.is_waited_for();
    drop(reading);
    began && !device.is_waited_for()
}

fn main() -> io::Result<()> {
    let path = env::args().nth(1).expect("PATH");
    let numbers: Vec<usize> = env::args().skip(2).map(|one| one.parse().unwrap()).collect();
    let [warmup, count, tries, tasks] = <[usize; 4]>::try_from(numbers).expect("four numbers");
    let device = Device::open(&path)?;
    say("ready", "");
    device.block_on(count_messages(&device, warmup, count));

    let waker = Waker::from(Arc::new(OneTask));
    let mut context = Context::from_waker(&waker);
    let bytes = bytes_of_waiting(tasks, &device, &mut context);
    say("waiting", &format!(r#","tasks":{tasks},"bytes":{bytes}"#));

    for _ in 0..tries {
        say("cancelled", &format!(r#","ended":{}"#, cancel_one(&device, &mut context)));
        go_on();
        let mut messages = 1;
        while device.block_on(device.read_message())[SEQUENCE] != LAST {
            messages += 1;
        }
        say("after", &format!(r#","taken":{messages}"#));
    }
    say("done", "");
    Ok(())
}
