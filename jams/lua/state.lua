-- Keeps what users play, for those who come later; of users who still have their seat.
--
-- KEYS  1 seats
-- ARGV  for each user: jam, state key, user, what they play
for i = 1, #ARGV, 4 do
  if redis.call('HGET', KEYS[1], ARGV[i + 2]) == ARGV[i] then
    redis.call('HSET', ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  end
end
