-- The roles of one server. Run by whoever may create roles, before the first migration; running it again changes nothing.
do $$
declare
  name text;
begin
  perform pg_advisory_xact_lock(hashtext('skytally roles'));
  foreach name in array array['skytally_collector', 'skytally_roller', 'skytally_resolver', 'skytally_web'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I login nosuperuser nocreatedb nocreaterole noreplication', name);
    end if;
    -- whoever migrates can also run the parts; having made the role is not enough since PostgreSQL 16
    if not pg_has_role(current_user, name, 'usage') then
      execute format('grant %I to current_user', name);
    end if;
  end loop;
end
$$;
