-- What came of a self-check, and which board is next.
insert into selfcheck (at, seconds, differences, turn)
values (now(), %(seconds)s, %(differences)s, %(turn)s)
on conflict (one) do update
set
  at = excluded.at,
  seconds = excluded.seconds,
  differences = excluded.differences,
  turn = excluded.turn
