-- A worker's sign of life.
--
-- KEYS  1 nodes   2 epoch   3 healing
-- ARGV  1 the node   2 an epoch, if there is none   3 the epoch the node knew ('' for none)
--       4 for how long jams are rebuilt after a loss, in ms
-- Returns the epoch, the node's counter, and how long jams are still being rebuilt (ms, or < 0).

local epoch = redis.call('GET', KEYS[2])
if not epoch then
  epoch = ARGV[2]
  redis.call('SET', KEYS[2], epoch)
end
if ARGV[3] ~= '' and ARGV[3] ~= epoch then
  redis.call('SET', KEYS[3], epoch, 'PX', ARGV[4], 'NX')
end
return {epoch, redis.call('HINCRBY', KEYS[1], ARGV[1], 1), redis.call('PTTL', KEYS[3])}
