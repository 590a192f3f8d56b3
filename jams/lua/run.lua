-- What the epochs of this run of this Redis end with: see beat.lua. It goes before the scripts that
-- compare them.
local function run_mark()
  local about = redis.pcall('INFO', 'server')
  return '.' .. (type(about) == 'string' and string.match(about, 'run_id:(%w+)') or '')
end

