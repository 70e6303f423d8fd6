-- What the group says of itself, for status and the site.
insert into vitals (one, at, started_at, state, source, detail, events_per_second, queued_bytes)
values (
  true, now(), %(started_at)s, %(state)s, %(source)s, %(detail)s, %(events_per_second)s, %(queued_bytes)s
)
on conflict (one) do update
set
  at = excluded.at,
  started_at = excluded.started_at,
  state = excluded.state,
  source = excluded.source,
  detail = excluded.detail,
  events_per_second = excluded.events_per_second,
  queued_bytes = excluded.queued_bytes
