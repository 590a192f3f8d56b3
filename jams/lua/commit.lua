-- Writes what a process has planned, jam by jam, where nothing has changed since it was read.
--
-- KEYS  1 jams   2 open   3 seats   4 nodes   5 epoch   6 made; then the state of each jam
-- ARGV  1 the epoch of the plan
--       2 the node that planned it, or '' for a command that is no worker
--       3 the number of jams; then for each of them:
--         its id, the value that was read ('' for none), the new value ('' if it is gone),
--         its score among the open jams ('' if it is not one), '1' if it may be made only while
--         no other jam is open,
--         the number of users who come, each with the jam they were read in ('' for none),
--         the number of users who go
-- Returns a 1 or a 0 for each jam; or -1 if the plan's epoch or its node is no more.

if redis.call('GET', KEYS[5]) ~= ARGV[1] then return {-1} end
if ARGV[2] ~= '' and redis.call('HEXISTS', KEYS[4], ARGV[2]) == 0 then return {-1} end

local at = 3
local function take()
  at = at + 1
  return ARGV[at]
end

local written = {}
for i = 1, tonumber(ARGV[3]) do
  local jam, old, new, score, only_if_none = take(), take(), take(), take(), take()
  local state_key = KEYS[6 + i]
  local ok = (redis.call('HGET', KEYS[1], jam) or '') == old
  if ok and only_if_none == '1' then ok = redis.call('ZCARD', KEYS[2]) == 0 end

  local coming = {}
  for n = 1, tonumber(take()) do
    local user, seat = take(), take()
    coming[n] = user
    if ok then ok = (redis.call('HGET', KEYS[3], user) or '') == seat end
  end
  local going = {}
  for n = 1, tonumber(take()) do going[n] = take() end

  if ok then
    if new == '' then
      redis.call('HDEL', KEYS[1], jam)
      redis.call('DEL', state_key)
    else
      if old == '' then redis.call('INCR', KEYS[6]) end
      redis.call('HSET', KEYS[1], jam, new)
    end
    if score == '' then redis.call('ZREM', KEYS[2], jam) else redis.call('ZADD', KEYS[2], score, jam) end
    for _, user in ipairs(coming) do redis.call('HSET', KEYS[3], user, jam) end
    for _, user in ipairs(going) do
      if redis.call('HGET', KEYS[3], user) == jam then redis.call('HDEL', KEYS[3], user) end
      if new ~= '' then redis.call('HDEL', state_key, user) end
    end
  end
  written[i] = ok and 1 or 0
end
return written
