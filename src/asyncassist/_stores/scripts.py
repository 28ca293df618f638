"""What Redis does in one step, in Lua. Each script touches one key and may be run twice without harm.

A session is a hash: v version, d data, t its own time to live in ms, w:<writer> "<seq> <version>" of the last write of
each process. A tombstone is the same without d. A conversation is a hash: n last seq, f first seq kept, m:<seq>
message, r:<request> the version it returned, q the requests in order, w:<writer> as above.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

MAX_WRITERS = 64
"""Processes whose last write a key remembers; more of them within its lifetime and the longest silent is forgotten."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script and the digest that Redis knows it by."""

    text: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "sha", digest)


_STAMPS = """
local function seen(entry, seq)
  if not entry then return false end
  local last, version = string.match(entry, '^(%d+) (%d+)$')
  if tonumber(last) >= seq then return tonumber(version) end
  return false
end
local function remember(key, writer, seq, version)
  redis.call('HSET', key, 'w:' .. writer, string.format('%.0f %.0f', seq, version))
  if redis.call('HLEN', key) % 16 ~= 0 then return end
  local writers, oldest, least = 0, nil, nil
  for _, name in ipairs(redis.call('HKEYS', key)) do
    if string.sub(name, 1, 2) == 'w:' then
      writers = writers + 1
      local version = tonumber(string.match(redis.call('HGET', key, name), ' (%d+)$'))
      if not least or version < least then oldest, least = name, version end
    end
  end
  if writers > MAX_WRITERS then redis.call('HDEL', key, oldest) end
end
""".replace("MAX_WRITERS", str(MAX_WRITERS))

READ = Script("""
local key, ttl, touch = KEYS[1], ARGV[1], ARGV[2]
local found = redis.call('HMGET', key, 'v', 'd', 't')
if not found[1] then return {} end
if not found[2] then return {found[1], redis.call('PTTL', key)} end
local left, whole = redis.call('PTTL', key), tonumber(found[3] or ttl)
if touch == '1' or (touch == '2' and left < whole * 0.9) then
  left = whole
  redis.call('PEXPIRE', key, left)
end
return {found[1], found[2], found[3] or '', left}
""")
"""Read a session: nothing; a tombstone's version and ms left; or version, data, own ttl, ms left.

Touch 1 slides its time; 2 only when a tenth of it is over, because sliding is a change that all near caches hear of.
"""

SEQS = Script("""
local found = redis.call('HMGET', KEYS[1], 'v', 'd', 't')
local seqs = {}
for place = 1, #ARGV do
  local entry = redis.call('HGET', KEYS[1], 'w:' .. ARGV[place])
  seqs[place] = entry and string.match(entry, '^(%d+)') or '0'
end
return {found[1] or '0', found[2], found[3] or '', seqs}
""")
"""Read a session for a replay: version, data or nil, own ttl, and the last seq of each writer asked for."""

WRITE = Script(
    _STAMPS
    + """
local key, mode, expected, count = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local deletes, body, own, ttl, tombstone = ARGV[4] == '0', ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local found = redis.call('HMGET', key, 'v', 't', 'w:' .. (ARGV[9] or ''))
local version = tonumber(found[1] or '0')
local alive = redis.call('HEXISTS', key, 'd') == 1
if #ARGV == 10 then
  local before = seen(found[3], tonumber(ARGV[10]))
  if before then return {1, before, found[2] or '', redis.call('PTTL', key)} end
end
local ok
if mode == 'any' then ok = alive or version == 0
elseif mode == 'alive' then ok = alive
elseif mode == 'live' then ok = alive and version == expected
elseif mode == 'free' then ok = not alive
elseif mode == 'never' then ok = version == 0
else ok = version == expected end
if not ok then
  if not alive then return {0, version, redis.call('PTTL', key)} end
  return {0, version, redis.call('HGET', key, 'd'), found[2] or '', redis.call('PTTL', key)}
end
version = version + count
if own == '' and alive then own = found[2] or '' end
if deletes then
  redis.call('HDEL', key, 'd', 't')
  redis.call('HSET', key, 'v', version)
  own, ttl = '', tombstone
else
  redis.call('HSET', key, 'v', version, 'd', body)
  if own ~= '' then redis.call('HSET', key, 't', own) end
end
for place = 9, #ARGV, 2 do
  if ARGV[place] ~= '' then remember(key, ARGV[place], tonumber(ARGV[place + 1]), version) end
end
local left = own ~= '' and own or ttl
redis.call('PEXPIRE', key, left)
return {1, version, own, tonumber(left)}
"""
)
"""Compare and set a session: 1, version, own ttl, ms left; or 0 and what is there."""

APPEND = Script(
    _STAMPS
    + """
local key, writer, seq, expected, request = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local ttl, most, kept = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local found = redis.call('HMGET', key, 'n', 'f', 'w:' .. writer, 'r:' .. request, 'q')
local last, first = tonumber(found[1] or '0'), tonumber(found[2] or '1')
local before = seen(found[3], seq)
if before then return {1, before} end
if request ~= '' and found[4] then return {1, tonumber(found[4])} end
if expected >= 0 and expected ~= last then return {0, last} end
for place = 8, #ARGV do
  last = last + 1
  redis.call('HSET', key, 'm:' .. last, ARGV[place])
end
while last - first + 1 > most do
  redis.call('HDEL', key, 'm:' .. first)
  first = first + 1
end
redis.call('HSET', key, 'n', last, 'f', first)
remember(key, writer, seq, last)
if request ~= '' then
  local names = {}
  for name in string.gmatch(found[5] or '', '[^,]+') do names[#names + 1] = name end
  names[#names + 1] = request
  if #names > kept then redis.call('HDEL', key, 'r:' .. table.remove(names, 1)) end
  redis.call('HSET', key, 'r:' .. request, last, 'q', table.concat(names, ','))
end
redis.call('PEXPIRE', key, ttl)
return {1, last}
"""
)
"""Append to a conversation: 1 and the version, or 0 and the version found."""

PAGE = Script("""
local key, ttl, limit, before = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local found = redis.call('HMGET', key, 'n', 'f')
if not found[1] then return {0} end
redis.call('PEXPIRE', key, ttl)
local last, first = tonumber(found[1]), tonumber(found[2])
local top = last
if before >= 0 and before - 1 < top then top = before - 1 end
if limit >= 0 and top - limit + 1 > first then first = top - limit + 1 end
local answer = {last}
for seq = first, top do
  answer[#answer + 1] = redis.call('HGET', key, 'm:' .. seq)
end
return answer
""")
"""Read a page of a conversation: its version, then the messages, oldest first."""

FORGET = Script(
    _STAMPS
    + """
local key, writer, seq, tombstone = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local found = redis.call('HMGET', key, 'n', 'w:' .. writer)
local before = seen(found[2], seq)
if before then return before end
local was = found[1] and 1 or 0
redis.call('DEL', key)
redis.call('HSET', key, 'w:' .. writer, string.format('%.0f %.0f', seq, was))
redis.call('PEXPIRE', key, tombstone)
return was
"""
)
"""Forget a conversation; the writer's stamp stays for a while, so that what it sent before cannot arrive after."""

ACQUIRE = Script("""
local key, owner, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local found = redis.call('HMGET', key, 'o', 'u', 'f')
local held = found[1] and tonumber(found[2]) > micros
if held and found[1] ~= owner then return '' end
local token = tonumber(found[3] or '0')
if not held then token = math.max(token + 1, micros) end
local text = string.format('%.0f', token)
redis.call('HSET', key, 'o', owner, 'u', string.format('%.0f', micros + ttl * 1000), 'f', text)
redis.call('PEXPIRE', key, ttl + 86400000)
return text
""")
"""Take or renew a lock: its token, "" when another has it. The token is kept for a day and never goes back."""

RELEASE = Script("""
if redis.call('HGET', KEYS[1], 'o') ~= ARGV[1] then return 0 end
return redis.call('HDEL', KEYS[1], 'o', 'u') > 0 and 1 or 0
""")
"""Give a lock back: 1 when it was the owner's."""
