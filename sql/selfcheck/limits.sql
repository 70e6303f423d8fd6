-- A self-check hurries nobody, and waits longer than others for a fold.
select set_config('statement_timeout', %(seconds)s, false), set_config('lock_timeout', %(seconds)s, false)
