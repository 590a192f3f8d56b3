-- Keeps what users play, for those who come later; of users who still have their seat.
--
-- KEYS  1 seats
-- ARGV  1 a JSON list: for each user a list of jam, state key, user, what they play
for _, row in ipairs(cjson.decode(ARGV[1])) do
  if redis.call('HGET', KEYS[1], row[3]) == row[1] then
    redis.call('HSET', row[2], row[3], row[4])
  end
end
