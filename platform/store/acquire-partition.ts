import { createRedisScript } from './redis-script.ts';

/**
 * KEYS own, applied, stamp. Returns the new epoch as text, the applied offset and its stamp, where they are there.
 * The epoch is the server's clock in ms, or one more than the last: so it stays above every earlier owner's even when the
 * server lost the last one.
 */
export const acquirePartition = createRedisScript(`
local time = redis.call('TIME')
local epoch = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local own = redis.call('GET', KEYS[1])
local last = own and tonumber(string.match(own, '^(%d+):'))
if last and last >= epoch then epoch = last + 1 end
local text = string.format('%.0f', epoch)
redis.call('SET', KEYS[1], text .. ':0')
return { text, redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3]) }
`);
