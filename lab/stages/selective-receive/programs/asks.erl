%% A process whose mailbox is full asks another one, and waits for the answer to this question. Only what the
%% answer is known by differs: a number that the asker chose, or a reference made right before.
%% Source: Erlang Efficiency Guide, "Processes", "Receiving messages".
-module(asks).
-export([main/1]).

-define(LIMIT, 60000).

main([Form, WaitingText, WarmupText, AsksText]) ->
    [Waiting, Warmup, Asks] =
        [list_to_integer(Text) || Text <- [WaitingText, WarmupText, AsksText]],
    logger:set_primary_config(level, none),
    Self = self(),
    %% A process of its own: the one that runs this has a mailbox that others write to.
    {Asker, Monitor} = spawn_monitor(fun() -> asker(Form, Waiting, Warmup, Asks, Self) end),
    [Asker ! {later, Number} || Number <- lists:seq(0, Waiting - 1)],
    Asker ! begin_now,
    receive
        {asked, Times, Left} ->
            Words = [io_lib:format(" latency_ns=~b", [Time]) || Time <- Times],
            io:put_chars(["asked left=", integer_to_list(Left), Words, "\n"]),
            halt(0);
        {'DOWN', Monitor, process, Asker, Reason} ->
            io:format("crashed ~p~n", [Reason]),
            halt(1)
    end.

asker(Form, Waiting, Warmup, Asks, To) ->
    receive begin_now -> ok end,
    Server = spawn_link(fun serve/0),
    _ = [ask(Form, Server, Number) || Number <- lists:seq(-Warmup, -1)],
    Times = [timed(Form, Server, Number) || Number <- lists:seq(0, Asks - 1)],
    To ! {asked, Times, left(0, Waiting)}.

serve() ->
    receive {ask, From, Known, Number} -> From ! {answer, Known, value(Number)} end,
    serve().

value(Number) -> Number * 3 + 1.

timed(Form, Server, Number) ->
    Start = erlang:monotonic_time(nanosecond),
    Answer = ask(Form, Server, Number),
    Time = erlang:monotonic_time(nanosecond) - Start,
    case value(Number) of
        Answer -> Time;
        _ -> error({wrong_answer, Number, Answer})
    end.

ask("number", Server, Number) ->
    Server ! {ask, self(), Number, Number},
    receive {answer, Number, Answer} -> Answer after ?LIMIT -> error(silence) end;
ask("reference", Server, Number) ->
    Reference = make_ref(),
    Server ! {ask, self(), Reference, Number},
    receive {answer, Reference, Answer} -> Answer after ?LIMIT -> error(silence) end.

%% What waited is still there, in its order.
left(Waiting, Waiting) -> Waiting;
left(Number, Waiting) ->
    receive {later, Number} -> left(Number + 1, Waiting)
    after 0 -> error({gone, Number})
    end.
