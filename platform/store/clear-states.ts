import { fencedReply } from './apply-states.ts';
import { createRedisScript } from './redis-script.ts';

/**
 * KEYS own, applied, index, stamp; ARGV expected fence, next fence, most states. Removes the applied offset with its stamp and some states, and
 * returns how many; 0 where none is left. The fence moves as in `applyStates`.
 */
export const clearStates = createRedisScript(`
local fence = redis.call('GET', KEYS[1])
if fence ~= ARGV[1] and fence ~= ARGV[2] then return ${fencedReply} end
local prefix = string.sub(KEYS[1], 1, -4) .. 's:'
redis.call('DEL', KEYS[2], KEYS[4])
local found = redis.call('ZRANGE', KEYS[3], 0, tonumber(ARGV[3]) - 1)
for i = 1, #found do redis.call('UNLINK', prefix .. found[i]) end
if #found > 0 then redis.call('ZREM', KEYS[3], unpack(found)) end
redis.call('SET', KEYS[1], ARGV[2])
return #found
`);
