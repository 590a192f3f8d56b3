-- Reads, at one moment, what a batch of operations can concern.
--
-- KEYS  1 jams   2 open   3 seats   4 made   5 epoch
-- ARGV  1 the epoch that the asker takes part in   2 how many of the fullest open jams
--       3 the number of users; then these users, then jams
-- Returns -1 if that epoch is no more, or of another run of Redis, whose data may be older. Else how
-- many jams have been made, each user's jam ('' for none), and the jams with their
-- values: the open ones, those the users sit in and those that were named.

local run = run_mark()
if redis.call('GET', KEYS[5]) ~= ARGV[1] or string.sub(ARGV[1], -#run) ~= run then return {-1} end

local users = tonumber(ARGV[3])
local seats, names, seen = {}, {}, {}
local function want(jam)
  if jam ~= '' and not seen[jam] then
    seen[jam] = true
    names[#names + 1] = jam
  end
end

local fullest = tonumber(ARGV[2])
if fullest > 0 then
  for _, jam in ipairs(redis.call('ZREVRANGE', KEYS[2], 0, fullest - 1)) do want(jam) end
end
for i = 1, users do
  seats[i] = redis.call('HGET', KEYS[3], ARGV[3 + i]) or ''
  want(seats[i])
end
for i = 4 + users, #ARGV do want(ARGV[i]) end

local values = {}
for i, jam in ipairs(names) do
  values[2 * i - 1] = jam
  values[2 * i] = redis.call('HGET', KEYS[1], jam) or ''
  -- The index follows the truth, should a part of the data have been lost.
  if values[2 * i] == '' then redis.call('ZREM', KEYS[2], jam) end
end
return {redis.call('GET', KEYS[4]) or '0', seats, values}
