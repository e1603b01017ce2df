// Reads the stamped messages of a fifo (lab/devices/stamp.ts) with C#'s await and tells what it found out
// on the way, a JSON document a line. A line of input says: go on.
//   mcs -langversion:7.2 Read.cs && mono Read.exe PATH WARMUP COUNT TRIES TASKS       (or by dotnet)
// Source: https://learn.microsoft.com/dotnet/api/system.io.filestream.readasync
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

static class Program
{
    const int MessageBytes = 32;
    const int Sequence = 2;
    /// <summary>The number of the message that ends a try.</summary>
    const double Last = -1;
    const int ClockMonotonic = 1;
    const long NanosecondsInSecond = 1000000000;

    [StructLayout(LayoutKind.Sequential)]
    struct Timespec { public long Seconds, Nanoseconds; }

    [DllImport("libc")]
    static extern int clock_gettime(int clock, out Timespec time);

    static long ClockNs()
    {
        clock_gettime(ClockMonotonic, out var time);
        return time.Seconds * NanosecondsInSecond + time.Nanoseconds;
    }

    static void Say(string happened, string facts = "")
    {
        Console.Out.Write($"{{\"event\":\"{happened}\"{facts}}}\n");
        Console.Out.Flush();
    }

    static string Number(double value) => value.ToString("F0", CultureInfo.InvariantCulture);

    static string Truth(bool value) => value ? "true" : "false";

    static FileStream device;

    /// <summary>Files and pipes are read by threads of the pool: one sleeps in the call.</summary>
    static async Task<double[]> ReadMessage(CancellationToken cancel = default(CancellationToken))
    {
        var bytes = new byte[MessageBytes];
        for (var have = 0; have < MessageBytes;)
            have += await device.ReadAsync(bytes, have, MessageBytes - have, cancel).ConfigureAwait(false);
        var message = new double[4];
        Buffer.BlockCopy(bytes, 0, message, 0, MessageBytes);
        return message;
    }

    static bool ran;
    static async Task<double[]> First()
    {
        ran = true;
        return await ReadMessage();
    }

    static async Task WaitAt(Task gate) => await gate;

    /// <summary>What tasks hold that wait, and have been started.</summary>
    static long BytesOfWaiting(int tasks)
    {
        var gate = new TaskCompletionSource<bool>();
        var waiting = new Task[tasks];
        var before = GC.GetTotalMemory(true);
        for (var i = 0; i < tasks; i++) waiting[i] = WaitAt(gate.Task);
        var bytes = GC.GetTotalMemory(true) - before;
        gate.SetResult(true);
        Task.WaitAll(waiting);
        return bytes;
    }

    static long AllocatedBytes() =>
#if NETCOREAPP
        GC.GetTotalAllocatedBytes(true);
#else
        -1;
#endif

    static void Main(string[] words) => Run(words).GetAwaiter().GetResult();

    static async Task Run(string[] words)
    {
        var numbers = words.Skip(1).Select(int.Parse).ToArray();
        int warmup = numbers[0], count = numbers[1], tries = numbers[2], tasks = numbers[3];
        device = new FileStream(words[0], FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, true);
        Say("ready");

        var task = First();
        Say("created", $",\"ran\":{Truth(ran)}");
        await task;

        for (var i = 1; i < warmup; i++) await ReadMessage();
        Say("warm");

        var messages = new List<double[]>(count);
        var elsewhere = 0;
        var allocated = AllocatedBytes();
        for (var i = 0; i < count; i++)
        {
            var thread = Thread.CurrentThread.ManagedThreadId;
            var message = await ReadMessage();
            messages.Add(message.Append(ClockNs()).ToArray());
            if (Thread.CurrentThread.ManagedThreadId != thread) elsewhere++;
        }
        var heap = allocated < 0 ? "" : $",\"allocated_bytes\":{AllocatedBytes() - allocated}";
        Say("counted", $",\"resumed_elsewhere\":{elsewhere}{heap}");
        Console.ReadLine();
        foreach (var message in messages)
            Say("message", $",\"message\":[{string.Join(",", message.Select(Number))}]");

        Say("waiting", $",\"tasks\":{tasks},\"bytes\":{BytesOfWaiting(tasks)}");

        for (var i = 0; i < tries; i++)
        {
            var cancel = new CancellationTokenSource();
            var reading = ReadMessage(cancel.Token);
            // Time for a thread of the pool to begin; before that, the token would be heeded.
            await Task.Delay(50);
            cancel.Cancel();
            // Whoever cannot wait for the read waits for something else beside it, and lets it be.
            await Task.WhenAny(reading, Task.Delay(50));
            Say("cancelled", $",\"ended\":{Truth(reading.IsCompleted)}");
            Console.ReadLine();
            var taken = 1;
            while ((await ReadMessage())[Sequence] != Last) taken++;
            Say("after", $",\"taken\":{taken}");
        }
        Say("done");
    }
}
