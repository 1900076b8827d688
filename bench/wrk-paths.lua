-- The same 100 addresses as apps/work.js, put together once.
local requests = {}
local next = 0

init = function()
  for id = 0, 99 do
    requests[id] = wrk.format("GET", "/items/" .. id)
  end
end

request = function()
  next = (next + 1) % 100
  return requests[next]
end
