%% The same questions to Erlang's own processes: a ring of them, each blocked in a receive; a stream of messages
%% to one; a flood to one that does not receive; two that wait for each other; one that crashes and is watched.
%% Between its steps it says a line and waits for one, so that it can be looked at from outside.
%% Sources: Erlang Reference Manual, "Processes" and "Expressions: receive"; Efficiency Guide, "Processes".
-module(forms).
-export([main/1]).

-define(WORDS, 15).
%% A message that has not come by then will not come: whoever had to send it has crashed.
-define(LIMIT, 60000).

main([CountText, LapsText, WarmupText, StreamText, FloodText, PatienceText]) ->
    [Count, Laps, Warmup, Stream, Flood, Patience] =
        [list_to_integer(Text) ||
            Text <- [CountText, LapsText, WarmupText, StreamText, FloodText, PatienceText]],
    %% What is in its way is told by messages alone, and not printed.
    logger:set_primary_config(level, none),
    told("begins", [{schedulers, erlang:system_info(schedulers_online)},
                    {threads_told, threads_told()}]),
    Self = self(),
    Before = erlang:memory(total),
    Start = now_ns(),
    First = ring(Count, Count + 1, Self),
    Make = now_ns() - Start,
    Bytes = erlang:memory(total) - Before,
    told("made", [{create_ns, Make}, {told_bytes, Bytes},
                  {processes, erlang:system_info(process_count)},
                  {blocked, length([P || P <- processes(), is_waiting(P)])}]),
    _ = laps(First, Count, Warmup, 0, []),
    Times = laps(First, Count, Laps, Warmup * (Count + 1), []),
    told("passed", [{lap_ns, Time} || Time <- lists:reverse(Times)]),
    told("streamed", [{stream_ns, stream(Stream)}]),
    told("flooded", [{taken_unread, flood(Flood)}]),
    told("waited", [{gave_up, pair(false, Patience)}, {gave_up_cured, pair(true, ?LIMIT)}]),
    told("crashed", [{reason, crash()}]),
    halt(0).

%% A line of `key=value` words, and then a line from outside before it goes on.
told(Step, Values) ->
    Words = [io_lib:format(" ~s=~s", [Key, text(Value)]) || {Key, Value} <- Values],
    io:put_chars([Step, Words, "\n"]),
    case io:get_line("") of
        eof -> halt(1);
        _ -> ok
    end.

text(Value) when is_integer(Value) -> integer_to_list(Value);
text(Value) -> Value.

now_ns() -> erlang:monotonic_time(nanosecond).

threads_told() ->
    lists:sum([erlang:system_info(What) ||
                  What <- [schedulers, dirty_cpu_schedulers, dirty_io_schedulers]]).

is_waiting(Pid) ->
    process_info(Pid, status) =:= {status, waiting}.

message(Number) -> [Number | [Number * 31 + At || At <- lists:seq(1, ?WORDS)]].

%% The message with this number; anything else is a crash.
check(Message, Number) ->
    case message(Number) of
        Message -> ok;
        _ -> error({unexpected, Message, in_the_place_of, Number})
    end.

%% Made from its end, since each process must know the next.
ring(0, _, Next) -> Next;
ring(At, Every, Next) ->
    ring(At - 1, Every, spawn(fun() -> relay(Next, At - 1, Every) end)).

relay(Next, Number, Every) ->
    receive
        Message ->
            check(Message, Number),
            Next ! message(Number + 1),
            relay(Next, Number + Every, Every)
    end.

laps(_, _, 0, _, Times) -> Times;
laps(First, Count, Left, Number, Times) ->
    Start = now_ns(),
    First ! message(Number),
    receive Message -> check(Message, Number + Count) after ?LIMIT -> error(silence) end,
    Time = now_ns() - Start,
    laps(First, Count, Left - 1, Number + Count + 1, [Time | Times]).

sink(Count, Count, To) -> To ! {complete, self()};
sink(Number, Count, To) ->
    receive Message -> check(Message, Number) end,
    sink(Number + 1, Count, To).

send_all(_, Count, Count) -> ok;
send_all(To, Number, Count) ->
    To ! message(Number),
    send_all(To, Number + 1, Count).

stream(Count) ->
    Self = self(),
    Sink = spawn(fun() -> sink(0, Count, Self) end),
    Start = now_ns(),
    send_all(Sink, 0, Count),
    receive {complete, Sink} -> ok after ?LIMIT -> error(silence) end,
    now_ns() - Start.

%% It receives nothing but the word that opens its gate, which it picks out from behind all the others.
flood(Count) ->
    Self = self(),
    Sink = spawn(fun() -> receive open -> sink(0, Count, Self) end end),
    send_all(Sink, 0, Count),
    {_, Taken} = process_info(Sink, message_queue_len),
    Sink ! open,
    receive {complete, Sink} -> Taken after ?LIMIT -> error(silence) end.

pair(Speaks, Patience) ->
    Self = self(),
    One = spawn(fun() -> receive Other -> wait(Other, Speaks, Patience, Self) end end),
    Two = spawn(fun() -> wait(One, false, Patience, Self) end),
    One ! Two,
    length([gave_up || _ <- [One, Two], receive {over, Result} -> Result end =:= gave_up]).

wait(Other, Speaks, Patience, To) ->
    [Other ! {word, message(0)} || Speaks],
    Result = receive
        {word, Message} ->
            check(Message, 0),
            [Other ! {word, message(0)} || not Speaks],
            complete
    after Patience -> gave_up
    end,
    To ! {over, Result}.

crash() ->
    Self = self(),
    {Victim, Monitor} = spawn_monitor(fun() -> sink(0, 1, Self) end),
    Victim ! no_message,
    receive
        {'DOWN', Monitor, process, Victim, {{unexpected, What, _, _}, _}} -> atom_to_list(What)
    after 1000 -> "nothing"
    end.
