/**
 * What the Redis store does in one step each. A script runs alone on the server, so nobody sees half of it.
 *
 * A session is a hash under `switchboard:session:<idHash>` that Redis itself removes at the absolute end. Three
 * kinds of sorted sets point to sessions by the same names: `ends` (all, by their end) and `seen` (the live ones,
 * by their last activity) tell what to remove, `owner:<owner>` (by their end) lists a user's. They may name a
 * session that is gone already; whoever follows them looks.
 *
 * Keys are made inside the scripts: this is for one primary (with replicas or not), not for Redis Cluster.
 */
import { createHash } from 'node:crypto';

export interface RedisScript {
  text: string;
  /** How Redis names a script that it knows (EVALSHA). */
  sha1: string;
}

/** Common to all. `ARGV[1]` is the id hash wherever one session is meant. */
const PRELUDE = `
local PREFIX = 'switchboard:'
local ENDS, SEEN = PREFIX .. 'ends', PREFIX .. 'seen'
local function session(id) return PREFIX .. 'session:' .. id end
local function owned(owner) return PREFIX .. 'owner:' .. owner end
local function is_live(key) return redis.call('HEXISTS', key, 'sealed') == 1 end
local function disown(id, owner)
  if owner then redis.call('ZREM', owned(owner), id) end
end
local function own(id, owner, ends)
  redis.call('ZADD', owned(owner), ends, id)
  local last = redis.call('ZRANGE', owned(owner), -1, -1, 'WITHSCORES')
  redis.call('PEXPIREAT', owned(owner), last[2])
end
local function remove(id)
  local key = session(id)
  disown(id, redis.call('HGET', key, 'owner'))
  redis.call('ZREM', ENDS, id)
  redis.call('ZREM', SEEN, id)
  return redis.call('DEL', key)
end
`;

export const CREATE = script(`
local id, sealed, created, ends, owner, epoch, browser, access = unpack(ARGV)
local key = session(id)
if redis.call('EXISTS', key) == 1 then return 0 end
redis.call('HSET', key, 'version', 1, 'sealed', sealed, 'created', created, 'seen', created, 'ends', ends,
  'owner', owner, 'epoch', epoch, 'browser', browser, 'access', access)
redis.call('PEXPIREAT', key, ends)
redis.call('ZADD', ENDS, ends, id)
redis.call('ZADD', SEEN, created, id)
own(id, owner, ends)
return 1
`);

export const READ = script(`
return redis.call('HMGET', session(ARGV[1]), 'version', 'sealed', 'created', 'seen', 'ends', 'ended')
`);

export const WRITE = script(`
local id, version, sealed, owner, access = unpack(ARGV)
local key = session(id)
local found = redis.call('HMGET', key, 'version', 'owner', 'ends')
if not is_live(key) or found[1] ~= version then return 0 end
if found[2] ~= owner then
  disown(id, found[2])
  own(id, owner, found[3])
end
redis.call('HSET', key, 'sealed', sealed, 'owner', owner, 'access', access)
redis.call('HINCRBY', key, 'version', 1)
return 1
`);

export const LIST = script(`
local found = {}
for _, owner in ipairs(ARGV) do
  for _, id in ipairs(redis.call('ZRANGE', owned(owner), 0, -1)) do
    local key = session(id)
    if is_live(key) then
      local facts = redis.call('HMGET', key, 'created', 'seen', 'ends', 'epoch', 'browser', 'access')
      table.insert(facts, 1, id)
      table.insert(found, facts)
    end
  end
end
return found
`);

export const COUNT = script(`return redis.call('ZCARD', SEEN)`);

export const TOUCH = script(`
local id, at = unpack(ARGV)
local key = session(id)
if not is_live(key) or tonumber(redis.call('HGET', key, 'seen')) >= tonumber(at) then return 0 end
redis.call('HSET', key, 'seen', at)
redis.call('ZADD', SEEN, at, id)
return 1
`);

/** `ARGV[3]`: the only version to end; empty: any. */
export const END = script(`
local id, epoch, only = unpack(ARGV)
local key = session(id)
local found = redis.call('HMGET', key, 'version', 'sealed', 'owner', 'ended')
if not found[1] or (only ~= '' and only ~= found[1]) then return false end
disown(id, found[3])
redis.call('ZREM', SEEN, id)
redis.call('HDEL', key, 'sealed', 'owner', 'browser', 'holder', 'until')
redis.call('HINCRBY', key, 'version', 1)
if tonumber(epoch) > tonumber(found[4] or 0) then redis.call('HSET', key, 'ended', epoch) end
return found[2]
`);

export const ACQUIRE = script(`
local id, holder, now, till = unpack(ARGV)
local key = session(id)
if not is_live(key) then return 0 end
local held = redis.call('HMGET', key, 'holder', 'until')
if held[1] and held[1] ~= holder and tonumber(held[2]) > tonumber(now) then return 0 end
redis.call('HSET', key, 'holder', holder, 'until', till)
return 1
`);

export const PROLONG = script(`
local id, holder, till = unpack(ARGV)
if redis.call('HGET', session(id), 'holder') ~= holder then return 0 end
redis.call('HSET', session(id), 'until', till)
return 1
`);

export const RELEASE = script(`
local id, holder = unpack(ARGV)
if redis.call('HGET', session(id), 'holder') ~= holder then return 0 end
return redis.call('HDEL', session(id), 'holder', 'until')
`);

/** Removes at most `ARGV[3]` of each kind, so that nobody waits long. Returns how many it came across. */
export const SWEEP = script(`
local now, idle, most = unpack(ARGV)
local over = redis.call('ZRANGEBYSCORE', ENDS, '-inf', now, 'LIMIT', 0, most)
for _, id in ipairs(over) do remove(id) end
local forgotten = redis.call('ZRANGEBYSCORE', SEEN, '-inf', idle, 'LIMIT', 0, most)
for _, id in ipairs(forgotten) do remove(id) end
return #over + #forgotten
`);

function script(body: string): RedisScript {
  const text = `${PRELUDE}${body}`;
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}
