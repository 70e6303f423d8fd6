insert into tick (minute, segment, kinds, operations, keys, amounts)
values (
  %(minute)s, %(segment)s, %(kinds)s::"char"[], %(operations)s::"char"[], %(keys)s::bigint[], %(amounts)s::integer[]
)
