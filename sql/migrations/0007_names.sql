-- What an AppView says of accounts: their verified handle, their picture, and the stock of their followers, which no
-- firehose tells. What identity events claim is a hint until then.
alter table account
  -- null: never, or something has changed since
  add column resolved_at timestamptz,
  add column avatar text,
  add column followers bigint,
  add column followers_at timestamptz;
