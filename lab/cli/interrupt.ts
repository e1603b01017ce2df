// Ctrl-C, a polite kill and a closed terminal all end a run the same way: stop, save, leave nothing.

const IMPATIENT_MS = 300;

/** Aborts at the first SIGINT, SIGTERM or SIGHUP, or when the launcher dies (its lifeline closes). */
export async function interruptSignal(): Promise<AbortSignal> {
  const controller = new AbortController();
  let first_ms = 0;
  const abort = () => {
    // A terminal's Ctrl-C comes twice, once by the launcher. A later one means: now.
    if (controller.signal.aborted && performance.now() - first_ms > IMPATIENT_MS) process.exit(130);
    first_ms ||= performance.now();
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort);
  const lifeline = process.env.IOLAB_LIFELINE;
  if (lifeline) {
    delete process.env.IOLAB_LIFELINE;
    const { Socket } = await import('node:net');
    const socket = new Socket({ fd: Number(lifeline) });
    socket.on('close', abort).on('error', abort).resume();
    socket.unref();
  }
  return controller.signal;
}
