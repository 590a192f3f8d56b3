-- Reads a jam and what its users play, at one moment.
--
-- KEYS  1 jams   2 the jam's states
-- ARGV  1 the jam
-- Returns its value ('' for none), and the states: each user followed by theirs.
return {redis.call('HGET', KEYS[1], ARGV[1]) or '', redis.call('HGETALL', KEYS[2])}
