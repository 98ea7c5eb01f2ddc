import { createRedisScript } from './redis-script.ts';

/** What {@link applyStates} answers when nothing was written because the fence is closed. */
export const fencedReply = -1;

/**
 * KEYS own, applied, state..; ARGV expected fence, next fence, applied offset or '', value... Returns how many states were written.
 * The fence is "epoch:step" and moves by one step per call: a later owner, an absent owner and a store that lost an
 * acknowledged step all show as a fence that is neither the expected nor the next one. "Next" is accepted so that a call
 * whose reply was lost may be repeated. A value begins with its offset, big-endian, 8 bytes; comparison is numeric because
 * Lua compares strings by locale.
 */
export const applyStates = createRedisScript(`
local fence = redis.call('GET', KEYS[1])
if fence ~= ARGV[1] and fence ~= ARGV[2] then return ${fencedReply} end
local written = 0
for i = 3, #KEYS do
  local value = ARGV[i + 1]
  local stored = redis.call('GETRANGE', KEYS[i], 0, 7)
  if #stored < 8 or struct.unpack('>I8', stored) < struct.unpack('>I8', value) then
    redis.call('SET', KEYS[i], value)
    written = written + 1
  end
end
if ARGV[3] ~= '' then
  local applied = tonumber(redis.call('GET', KEYS[2]) or '-1')
  if applied < tonumber(ARGV[3]) then redis.call('SET', KEYS[2], ARGV[3]) end
end
redis.call('SET', KEYS[1], ARGV[2])
return written
`);
