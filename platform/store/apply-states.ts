import { createRedisScript } from './redis-script.ts';

/** What the scripts of a scope answer when nothing was done because the fence is closed. */
export const fencedReply = -1;

/**
 * KEYS own, applied, index, stamp, state..; ARGV expected fence, next fence, applied offset or '', its stamp or '', value... Returns how
 * many states were written.
 * The fence is "epoch:step" and moves by one step per call: a later owner, an absent owner and a store that lost an
 * acknowledged step all show as a fence that is neither the expected nor the next one. "Next" is accepted so that a call
 * whose reply was lost may be repeated. A value begins with its offset, big-endian, 8 bytes; comparison is numeric because
 * Lua compares strings by locale. The index holds the key of every state under its offset, so that a walk finds what has
 * changed without looking through the server; a state's name is the scope's prefix, "s:" and its key.
 */
export const applyStates = createRedisScript(`
local fence = redis.call('GET', KEYS[1])
if fence ~= ARGV[1] and fence ~= ARGV[2] then return ${fencedReply} end
local behindPrefix = #KEYS[1]
local indexed = {}
for i = 5, #KEYS do
  local value = ARGV[i]
  local stored = redis.call('GETRANGE', KEYS[i], 0, 7)
  local offset = struct.unpack('>I8', value)
  if #stored < 8 or struct.unpack('>I8', stored) < offset then
    redis.call('SET', KEYS[i], value)
    indexed[#indexed + 1] = string.format('%.0f', offset)
    indexed[#indexed + 1] = string.sub(KEYS[i], behindPrefix)
  end
end
if #indexed > 0 then redis.call('ZADD', KEYS[3], unpack(indexed)) end
if ARGV[3] ~= '' then
  local applied = tonumber(redis.call('GET', KEYS[2]) or '-1')
  if applied < tonumber(ARGV[3]) then
    redis.call('SET', KEYS[2], ARGV[3])
    if ARGV[4] ~= '' then redis.call('SET', KEYS[4], ARGV[4]) end
  end
end
redis.call('SET', KEYS[1], ARGV[2])
return #indexed / 2
`);
