"""Atomic operations of Redis as Lua scripts. Each script touches one key and is idempotent.

Redis runs one script at a time, so a script makes as few calls as possible.

A session is a hash: v version, d data, t its own TTL in ms, w:<writer> "<seq> <version>" of the last write of each
process. A tombstone is such a hash without d, its version negative. A conversation is a hash: n last seq, f first seq
stored, m:<seq> message, r:<request> the version it returned, a:<request> JSON array of the messages it appended, k
number of requests, q:<number> the id of each remembered request, w:<writer> as above, b and u times of the first and
last append in microseconds, t its title. A deleted conversation leaves a
tombstone: a hash without n.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from asyncassist._stores.session_records import TOMBSTONE_TTL

MAX_WRITERS = 64
"""Writers per key whose last write is remembered; beyond that the one with the oldest write is dropped."""


@dataclass(frozen=True, slots=True)
class Script:
    """Lua script and the SHA-1 digest by which Redis caches it."""

    text: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "sha", digest)


_WRITE_ID_FUNCTIONS = """
local function seen(entry, seq)
  local last, version = string.match(entry, '^(%d+) (%d+)$')
  return tonumber(last) >= tonumber(seq) and tonumber(version)
end
local function trim(key)
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
local function microseconds()
  local time = redis.call('TIME')
  return string.format('%.0f', tonumber(time[1]) * 1000000 + tonumber(time[2]))
end
local function bury(key, writer, stamp, ttl)
  local stamps = {writer, stamp}
  for _, name in ipairs(redis.call('HKEYS', key)) do
    if string.sub(name, 1, 2) == 'w:' and name ~= writer then
      stamps[#stamps + 1] = name
      stamps[#stamps + 1] = redis.call('HGET', key, name)
    end
  end
  redis.call('DEL', key)
  redis.call('HSET', key, unpack(stamps))
  redis.call('PEXPIRE', key, ttl)
end
""".replace("MAX_WRITERS", str(MAX_WRITERS))

READ = Script("""
local key, ttl, touch = KEYS[1], ARGV[1], ARGV[2]
local found = redis.call('HMGET', key, 'v', 'd', 't')
if not found[2] then return found[1] and {found[1], redis.call('PTTL', key)} end
if touch ~= '1' then
  local left = redis.call('PTTL', key)
  if touch == '0' or left >= tonumber(found[3] or ttl) * 0.9 then
    found[4] = left
    return found
  end
end
redis.call('PEXPIRE', key, found[3] or ttl)
return found
""")
"""Read a session: nothing; version and ms left of a tombstone; or version, data, own TTL, and ms left if not extended.

Touch 1 extends the TTL; 2 only once a tenth of it has passed, because the extension invalidates all near caches.
"""

READ_FOR_REPLAY = Script("""
local found = redis.call('HMGET', KEYS[1], 'v', 'd', 't', unpack(ARGV))
for place = 4, #ARGV + 3 do
  found[place] = found[place] and string.match(found[place], '^(%d+)') or '0'
end
return found
""")
"""Read a session for a replay: version, data or nil, own TTL, and the last seq of each requested writer."""

WRITE = Script(
    _WRITE_ID_FUNCTIONS
    + """
local key, mode, expected, body, own, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[4], ARGV[5], ARGV[6]
local age, field = tonumber(ARGV[7]), ARGV[8] or 'v'
local found = redis.call('HMGET', key, 'v', 't', field)
local version = tonumber(found[1] or '0')
local alive = version > 0
if not alive then version = -version end
if found[3] and #ARGV == 9 then
  local before = seen(found[3], ARGV[9])
  if before then return {1, before, found[2] or '', redis.call('PTTL', key)} end
end
local ok
if mode == 'any' then ok = alive or version == 0
elseif mode == 'exact' then ok = version == expected
elseif mode == 'live' then ok = alive and version == expected
elseif mode == 'alive' then ok = alive
elseif mode == 'free' then ok = not alive
else ok = version == 0 end
if not ok then
  if not alive then return {0, version, redis.call('PTTL', key)} end
  return {0, version, redis.call('HGET', key, 'd'), found[2], redis.call('PTTL', key)}
end
version = version + tonumber(ARGV[3])
local stamp = ARGV[9] and ARGV[9] .. ' ' .. version or version
if body == '' then
  redis.call('HDEL', key, 'd', 't')
  redis.call('HSET', key, field, stamp, 'v', -version)
  own, ttl, age = '', 'TOMBSTONE', 0
elseif own == '' then
  own = found[2] or ''
  redis.call('HSET', key, field, stamp, 'v', version, 'd', body)
else
  redis.call('HSET', key, field, stamp, 'v', version, 'd', body, 't', own)
end
for place = 10, #ARGV, 2 do redis.call('HSET', key, ARGV[place], ARGV[place + 1] .. ' ' .. version) end
if not found[3] and redis.call('HLEN', key) > MAX_WRITERS + 3 then trim(key) end
local left = tonumber(own == '' and ttl or own) - age
if age > 0 and alive and own == (found[2] or '') then left = math.max(left, redis.call('PTTL', key)) end
redis.call('PEXPIRE', key, left)
if own == '' and age == 0 then return version end
return {1, version, own, left}
""".replace("TOMBSTONE", str(int(TOMBSTONE_TTL * 1000))).replace("MAX_WRITERS", str(MAX_WRITERS))
)
"""Compare and set a session: the new version; or 1, version, own TTL, ms left; or 0 and the current record.

A write of some age has only the rest of its TTL, unless the session was used since; with nothing left it is deleted.
"""

APPEND = Script(
    _WRITE_ID_FUNCTIONS
    + """
local key, writer, expected, request = KEYS[1], ARGV[1], tonumber(ARGV[3]), ARGV[4]
local most, kept = tonumber(ARGV[6]), tonumber(ARGV[7])
local found = redis.call('HMGET', key, writer, 'n', 'f', 'k', 'r:' .. request, 'm:' .. ARGV[8])
local before = found[1] and seen(found[1], ARGV[2])
if before then return {1, before} end
if found[5] then return {1, tonumber(found[5])} end
local last, first = tonumber(found[2] or '0'), tonumber(found[3] or '1')
if expected >= 0 and expected ~= last then return {0, last} end
local age = tonumber(ARGV[10])
local left = tonumber(ARGV[5]) - age
if left <= 0 and not found[2] then return {1, 0} end
if ARGV[9] ~= '' then
  local anchor, gone = tonumber(ARGV[8]), not found[2] and redis.call('EXISTS', key) == 1
  local other = found[2] and anchor >= first and not string.find(found[6] or '', '"i":"' .. ARGV[9] .. '"', 1, true)
  if gone or other then return {0, last} end
end
for place = 11, #ARGV do
  last = last + 1
  redis.call('HSET', key, 'm:' .. last, ARGV[place])
end
local start = last - most + 1
if start > first then
  local turn = start
  while turn <= last and string.sub(redis.call('HGET', key, 'm:' .. turn) or '', 1, 11) ~= '{"r":"user"' do
    turn = turn + 1
  end
  if turn > last then turn = math.min(start, last - #ARGV + 11) end
  while first < turn do
    redis.call('HDEL', key, 'm:' .. first)
    first = first + 1
  end
end
local now = microseconds()
redis.call('HSET', key, 'n', last, 'f', first, 'u', now, writer, ARGV[2] .. ' ' .. last)
if not found[2] then redis.call('HSET', key, 'b', now) end
if not found[1] and redis.call('HLEN', key) > MAX_WRITERS + 3 then trim(key) end
if request ~= '' then
  local number = tonumber(found[4] or '0') + 1
  local texts = '[' .. table.concat(ARGV, ',', 11) .. ']'
  redis.call('HSET', key, 'r:' .. request, last, 'a:' .. request, texts, 'k', number, 'q:' .. number, request)
  local old = number > kept and redis.call('HGET', key, 'q:' .. number - kept)
  if old then redis.call('HDEL', key, 'q:' .. number - kept, 'r:' .. old, 'a:' .. old) end
end
if age > 0 and found[2] then left = math.max(left, redis.call('PTTL', key)) end
redis.call('PEXPIRE', key, left)
return {1, last}
""".replace("MAX_WRITERS", str(MAX_WRITERS))
)
"""Append to a conversation: 1 and the new version, or 0 and the version found.

An anchor is the seq and the id of a message: 0 when the conversation was deleted or no longer contains that message.
A conversation that expired is started again. An append of some age has only the rest of the TTL; with nothing left it
starts no conversation, and the version is 0. Whole turns are trimmed: what is kept begins with a message of the user
or, when there is none within the bound, not after the beginning of this append.
"""

READ_PAGE = Script("""
local key, limit, before = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local found = redis.call('HMGET', key, 'n', 'f')
if not found[1] then return {0} end
if ARGV[1] ~= '' then redis.call('PEXPIRE', key, ARGV[1]) end
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
"""Read a page of a conversation: its version, then messages, oldest first; with "" as TTL it is not extended."""

READ_REQUEST = Script("""
local found = redis.call('HMGET', KEYS[1], 'r:' .. ARGV[2], 'a:' .. ARGV[2])
if found[1] then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return found
""")
"""Read a remembered request: its version or nil, and its messages or nil if an earlier release stored it."""

FORGET = Script(
    _WRITE_ID_FUNCTIONS
    + """
local key, writer, seq = KEYS[1], ARGV[1], ARGV[2]
local found = redis.call('HMGET', key, 'n', writer)
local before = found[2] and seen(found[2], seq)
if before then return before end
local was = found[1] and 1 or 0
bury(key, writer, seq .. ' ' .. was, ARGV[3])
return was
"""
)
"""Delete a conversation; its write ids stay in a tombstone, so that a delayed earlier append is not applied afterwards.

While the tombstone lives, journalled appends to the deleted conversation are refused.
"""

DESCRIBE = Script("""
local found = redis.call('HMGET', KEYS[1], 'n', 'f', 't', 'b', 'u')
if not found[1] then return {} end
if not found[4] then found[4] = redis.call('HGET', KEYS[1], 'm:' .. found[2]) end
if not found[5] then found[5] = redis.call('HGET', KEYS[1], 'm:' .. found[1]) end
return found
""")
"""Describe a conversation: last and first seq stored, title or nil, times of its first and last append.

For a time that an earlier release did not store, the message of that append is returned. The TTL is not extended.
"""

RENAME = Script("""
if redis.call('HEXISTS', KEYS[1], 'n') == 0 then return 0 end
redis.call('HSET', KEYS[1], 't', ARGV[1])
return 1
""")
"""Set a conversation's title: 1, or 0 when there is none."""

UNDO = Script(
    _WRITE_ID_FUNCTIONS
    + """
local key, writer, seq, turns = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local found = redis.call('HMGET', key, 'n', 'f', 'k', writer)
local before = found[4] and seen(found[4], seq)
if before then return before end
if not found[1] then return -1 end
local last, first = tonumber(found[1]), tonumber(found[2])
local start = last + 1
for place = last, first, -1 do
  if string.sub(redis.call('HGET', key, 'm:' .. place) or '', 1, 11) == '{"r":"user"' then
    start, turns = place, turns - 1
    if turns == 0 then break end
  end
end
if start > last then return last end
if start == first then
  bury(key, writer, seq .. ' 0', ARGV[5])
  return 0
end
for place = start, last do redis.call('HDEL', key, 'm:' .. place) end
local requests = tonumber(found[3] or '0')
while requests > 0 do
  local request = redis.call('HGET', key, 'q:' .. requests)
  if not request or tonumber(redis.call('HGET', key, 'r:' .. request)) < start then break end
  redis.call('HDEL', key, 'q:' .. requests, 'r:' .. request, 'a:' .. request)
  requests = requests - 1
end
redis.call('HSET', key, 'n', start - 1, 'k', requests, 'u', microseconds(), writer, seq .. ' ' .. start - 1)
if not found[4] then trim(key) end
redis.call('PEXPIRE', key, ARGV[4])
return start - 1
"""
)
"""Remove the newest turns of a conversation: the last seq left, 0 when nothing is, -1 when there is no conversation."""

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
"""Acquire or renew a lock: its token, "" if another owner holds it. Tokens never decrease and live for a day."""

RELEASE = Script("""
if redis.call('HGET', KEYS[1], 'o') ~= ARGV[1] then return 0 end
return redis.call('HDEL', KEYS[1], 'o', 'u') > 0 and 1 or 0
""")
"""Release a lock: 1 when this owner held it, else 0."""
