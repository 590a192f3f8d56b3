-- Keeps what users play, for those who come later; of users who still have their seat.
--
-- KEYS  1 seats; then the state of each jam
-- ARGV  1 a JSON list: for each jam its id and a list of its users, each with what they play
for i, row in ipairs(cjson.decode(ARGV[1])) do
  for _, user in ipairs(row[2]) do
    if redis.call('HGET', KEYS[1], user[1]) == row[1] then
      redis.call('HSET', KEYS[1 + i], user[1], user[2])
    end
  end
end
