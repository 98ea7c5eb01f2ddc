import { fencedReply } from './apply-states.ts';
import { createRedisScript } from './redis-script.ts';

/**
 * KEYS own, applied, index, stamp; ARGV epoch, offset to go on behind, most states, most bytes. Returns the applied offset or
 * '', its stamp or '', 1 where nothing is left, then key, offset and value of each state in the order of their offsets. The states' names are
 * derived inside: they share the hash tag of KEYS, so they lie in the same slot.
 */
export const pageStates = createRedisScript(`
local fence = redis.call('GET', KEYS[1])
if not fence or string.match(fence, '^(%d+):') ~= ARGV[1] then return ${fencedReply} end
local prefix = string.sub(KEYS[1], 1, -4) .. 's:'
local most = tonumber(ARGV[3])
local room = tonumber(ARGV[4])
local found = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, most + 1)
local reply = { redis.call('GET', KEYS[2]) or '', redis.call('GET', KEYS[4]) or '', 0 }
for i = 1, #found, 2 do
  if i > 2 * most then return reply end
  local value = redis.call('GET', prefix .. found[i]) or ''
  room = room - #value
  if room < 0 and i > 1 then return reply end
  reply[#reply + 1] = found[i]
  reply[#reply + 1] = found[i + 1]
  reply[#reply + 1] = value
end
reply[3] = 1
return reply
`);
