-- Keeps what users play, for those who come later; of users who still have their seat.
--
-- KEYS  1 seats; then the state of each user's jam
-- ARGV  1 a JSON list: for each user a list of jam, user, what they play
for i, row in ipairs(cjson.decode(ARGV[1])) do
  if redis.call('HGET', KEYS[1], row[2]) == row[1] then
    redis.call('HSET', KEYS[1 + i], row[2], row[3])
  end
end
