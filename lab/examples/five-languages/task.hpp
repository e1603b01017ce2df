// C++'s await over a device. The language brings the keyword and cuts the function into pieces; the
// type of the task, the awaiter and the loop that sleeps in epoll are the program's (read.cpp).
// Source: https://en.cppreference.com/w/cpp/language/coroutines
#pragma once
#include <array>
#include <coroutine>
#include <exception>
#include <fcntl.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

/** Does the call begin the task? Its type says so; with std::suspend_never here, it does. */
#ifndef START
#define START std::suspend_always
#endif

template <typename T> class [[nodiscard]] Task {
public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  /** At its end a task goes on with whoever awaited it. */
  struct Final {
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle ended) noexcept {
      return ended.promise().awaiting;
    }
    void await_resume() noexcept {}
  };
  struct promise_type {
    T value{};
    std::coroutine_handle<> awaiting = std::noop_coroutine();
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
    START initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void return_value(T given) { value = std::move(given); }
    void unhandled_exception() { std::terminate(); }
  };

  explicit Task(Handle made) : handle(made) {}
  Task(Task &&other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  /** Destroys what lies in the suspended function too: this is how a task is cancelled. */
  ~Task() {
    if (handle) handle.destroy();
  }

  bool await_ready() { return handle.done(); }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) {
    handle.promise().awaiting = caller;
    if (begun) return std::noop_coroutine();
    return handle;
  }
  T await_resume() { return handle.promise().value; }
  /** Run it up to its first wait. */
  void begin() {
    if (!std::exchange(begun, true)) handle.resume();
  }
  bool done() const { return handle.done(); }

private:
  Handle handle;
  bool begun = std::is_same_v<START, std::suspend_never>;
};

using Message = std::array<double, 4>;

class Device {
public:
  explicit Device(const char *path)
      : fd(open(path, O_RDONLY | O_NONBLOCK)), epoll(epoll_create1(0)) {
    epoll_event event{.events = EPOLLIN, .data = {}};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) throw std::runtime_error(path);
  }

  /** Suspends until the device can be read. Destroyed while it waits, it takes its place back. */
  struct Readable {
    Device &device;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> waiting) { device.waiting = waiting; }
    void await_resume() {}
    ~Readable() { device.waiting = nullptr; }
  };

  Task<Message> read_message() {
    co_await Readable{*this};
    Message message;
    if (read(fd, &message, sizeof message) != sizeof message)
      throw std::runtime_error("no whole message");
    co_return message;
  }

  bool is_waited_for() const { return waiting != nullptr; }

  /** The loop: goes on with who waits whenever the device can be read, until `task` has ended. */
  template <typename T> void run(Task<T> &task) {
    task.begin();
    epoll_event event;
    while (!task.done())
      if (epoll_wait(epoll, &event, 1, -1) == 1) std::exchange(waiting, nullptr).resume();
  }

private:
  int fd;
  int epoll;
  std::coroutine_handle<> waiting;
};
