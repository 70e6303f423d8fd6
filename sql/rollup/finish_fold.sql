-- The folded segment held everything up to the position that this roller noted when workers left it.
update fold
set
  watermark = greatest(watermark, %(watermark)s),
  folded_at = now()
returning watermark
