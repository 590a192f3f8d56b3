-- Adds a shard, if there are still as many as the asker has read: so it may be asked twice. Every
-- worker hears of it at its next beat.
--
-- KEYS  1 shards
-- ARGV  1 how many the asker has read
-- Returns how many there are now.

local count = tonumber(redis.call('GET', KEYS[1]) or '1')
if count == tonumber(ARGV[1]) then
  count = count + 1
  redis.call('SET', KEYS[1], count)
end
return count
