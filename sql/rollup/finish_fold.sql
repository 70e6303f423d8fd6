-- The folded segment held everything up to the position that was noted when workers left it.
update fold
set
  watermark = greatest(watermark, watermark_next),
  folded_at = now()
returning watermark
