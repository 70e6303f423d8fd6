-- The sketch of a whole hour.
insert into active_hour (hour, registers)
values (%(hour)s, %(registers)s)
on conflict (hour) do update
set registers = excluded.registers
