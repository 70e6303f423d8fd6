-- The windows whose boards were asked for, if any; the question is answered with that.
with asked as (
  select boards_asked as windows
  from fold
  where boards_asked <> '{}'
  for update
)
update fold
set boards_asked = '{}'
from asked
returning asked.windows
