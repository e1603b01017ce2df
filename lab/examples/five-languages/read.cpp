// Reads the stamped messages of a fifo (lab/devices/stamp.ts) with C++'s await (task.hpp) and tells
// what it found out on the way, a JSON document a line. A line of input says: go on.
//   g++ -std=c++20 -O2 read.cpp -o read && ./read PATH WARMUP COUNT TRIES TASKS
// Source: https://en.cppreference.com/w/cpp/memory/new/operator_new (replacing the global one)
#include "task.hpp"
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <vector>

constexpr int SEQUENCE = 2;
/** The number of the message that ends a try. */
constexpr double LAST = -1;

static long allocations = 0;
static long allocated_bytes = 0;
[[gnu::noinline]] void *operator new(std::size_t size) {
  allocations++;
  allocated_bytes += size;
  if (void *memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void *memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

template <typename... Facts>
static void say(const char *event, const char *facts = "", Facts... values) {
  std::printf("{\"event\":\"%s\"", event);
  std::printf(facts, values...);
  std::puts("}");
  std::fflush(stdout);
}

static const char *truth(bool value) { return value ? "true" : "false"; }

static void go_on() {
  while (std::getchar() != '\n' && !std::feof(stdin)) {
  }
}

static long long clock_ns() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

static bool ran = false;
static Task<Message> first(Device &device) {
  ran = true;
  co_return co_await device.read_message();
}

static Task<bool> count_messages(Device &device, int warmup, int count) {
  auto task = first(device);
  say("created", ",\"ran\":%s", truth(ran));
  co_await task;

  for (int i = 1; i < warmup; i++) co_await device.read_message();
  say("warm");

  struct Taken {
    Message message;
    long long resumed_ns;
  };
  std::vector<Taken> messages;
  messages.reserve(count);
  int elsewhere = 0;
  const long calls = allocations, bytes = allocated_bytes;
  for (int i = 0; i < count; i++) {
    const pid_t thread = gettid();
    const Message message = co_await device.read_message();
    messages.push_back({message, clock_ns()});
    elsewhere += gettid() != thread;
  }
  say("counted", ",\"resumed_elsewhere\":%d,\"allocations\":%ld,\"allocated_bytes\":%ld", elsewhere,
      allocations - calls, allocated_bytes - bytes);
  go_on();
  for (const auto &[message, resumed_ns] : messages)
    say("message", ",\"message\":[%.0f,%.0f,%.0f,%.0f,%lld]", message[0], message[1], message[2],
        message[3], resumed_ns);
  co_return true;
}

/** What tasks hold on the heap that wait for the device. */
static long bytes_of_waiting(int tasks, Device &device) {
  const long before = allocated_bytes;
  std::vector<Task<Message>> waiting;
  waiting.reserve(tasks);
  for (int i = 0; i < tasks; i++) waiting.emplace_back(device.read_message()).begin();
  return allocated_bytes - before;
}

/** Give up a read that waits: to destroy the task is all there is to it. */
static bool cancel_one(Device &device) {
  bool began;
  {
    auto reading = device.read_message();
    reading.begin();
    began = device.is_waited_for();
  }
  return began && !device.is_waited_for();
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  const int warmup = std::atoi(argv[2]), count = std::atoi(argv[3]);
  const int tries = std::atoi(argv[4]), tasks = std::atoi(argv[5]);
  Device device(argv[1]);
  say("ready");
  auto counting = count_messages(device, warmup, count);
  device.run(counting);
  say("waiting", ",\"tasks\":%d,\"bytes\":%ld", tasks, bytes_of_waiting(tasks, device));

  for (int i = 0; i < tries; i++) {
    say("cancelled", ",\"ended\":%s", truth(cancel_one(device)));
    go_on();
    int taken = 0;
    for (double sequence = 0; sequence != LAST; taken++) {
      auto reading = device.read_message();
      device.run(reading);
      sequence = reading.await_resume()[SEQUENCE];
    }
    say("after", ",\"taken\":%d", taken);
  }
  say("done");
}
