-- Adds a shard. Every worker hears of it at its next beat.
--
-- KEYS  1 shards
-- ARGV  1 how many there may be
-- Returns how many there are now, or 0 if there may be no more.

local count = tonumber(redis.call('GET', KEYS[1]) or '1') + 1
if count > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], count)
return count
