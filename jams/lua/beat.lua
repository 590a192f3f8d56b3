-- A worker's sign of life in a shard.
--
-- KEYS  1 nodes   2 epoch   3 healing   4 shards
-- ARGV  1 the node   2 an epoch, if a new one begins   3 the epoch the node knew ('' for none)
--       4 for how long jams are rebuilt after a loss, in ms
--       5 how many shards the node knows
-- Returns the epoch, the node's counter, how long jams are still being rebuilt (ms, or < 0), how
-- many shards there are (the larger number is right, for it never gets less), and this server's
-- time (s since 1970, and us).

-- An epoch is of one run of one Redis: what another one has, after a restart or as a replica that
-- took over, may be an older copy, which is a loss as well.
local run = run_mark()
local epoch = redis.call('GET', KEYS[2])
if not epoch or string.sub(epoch, -#run) ~= run then
  epoch = ARGV[2] .. run
  redis.call('SET', KEYS[2], epoch)
end
if ARGV[3] ~= '' and ARGV[3] ~= epoch then
  redis.call('SET', KEYS[3], epoch, 'PX', ARGV[4], 'NX')
end
local shards = tonumber(redis.call('GET', KEYS[4]) or '1')
if tonumber(ARGV[5]) > shards then
  shards = tonumber(ARGV[5])
  redis.call('SET', KEYS[4], ARGV[5])
end
local time = redis.call('TIME')
local counter = redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
return {epoch, counter, redis.call('PTTL', KEYS[3]), shards, tonumber(time[1]), tonumber(time[2])}
