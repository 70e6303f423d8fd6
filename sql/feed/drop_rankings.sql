-- Rankings of feeds that are not ranked any more.
delete from feed_ranking
where feed <> all (%(ranked)s::smallint[])
