-- What a person does in Neovim, without a screen. The editor's configuration is the one that the documentation gives.
-- Says as JSON what came of it.

local LONGEST_WAIT_MS = 15000
local said = {}

local function await(what, fulfilled)
  if not vim.wait(LONGEST_WAIT_MS, fulfilled, 10) then
    error(what .. ' did not happen: ' .. vim.inspect({ vim.api.nvim_buf_get_name(0), vim.api.nvim_buf_get_lines(0, 0, -1, true), vim.diagnostic.get(0) }))
  end
end

local function codes()
  return vim.tbl_map(function(one) return one.code end, vim.diagnostic.get(0))
end

local function line(number)
  return vim.api.nvim_buf_get_lines(0, number - 1, number, true)[1]
end

local function ask(method, row, column)
  local position = { line = row - 1, character = column }
  local params = { textDocument = vim.lsp.util.make_text_document_params(0), position = position }
  local answers = assert(vim.lsp.buf_request_sync(0, method, params, LONGEST_WAIT_MS))
  local _, answer = next(answers)
  assert(answer.err == nil, vim.inspect(answer.err))
  return answer.result
end

local function drive()
  dofile(vim.env.CONFIGURATION)
  vim.o.expandtab = true
  vim.o.shiftwidth = 2
  vim.cmd('edit ' .. vim.env.SERVICE_FILE)

  await('a finding', function() return #vim.diagnostic.get(0) > 0 end)
  said.found = codes()
  said.column = vim.diagnostic.get(0)[1].col

  said.offered = vim.tbl_map(function(item) return item.label end, ask('textDocument/completion', 2, 21).items)
  said.hover = ask('textDocument/hover', 3, 18).contents.value

  vim.api.nvim_win_set_cursor(0, { 2, 21 })
  vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.title:find('Change to') ~= nil end })
  await('the fix', function() return line(2):find('name }}', 1, true) ~= nil end)
  await('no finding', function() return #vim.diagnostic.get(0) == 0 end)

  vim.lsp.buf.format({ timeout_ms = LONGEST_WAIT_MS })
  said.formatted = vim.api.nvim_buf_get_lines(0, 0, -1, true)

  vim.api.nvim_win_set_cursor(0, { 3, 17 })
  vim.lsp.buf.definition()
  await('the definition', function() return vim.api.nvim_buf_get_name(0):find('tf.json', 1, true) ~= nil end)
  local file = vim.api.nvim_buf_get_name(0)
  local cursor = vim.api.nvim_win_get_cursor(0)
  said.root = (vim.lsp.get_clients or vim.lsp.get_active_clients)()[1].config.root_dir
  said.defined = { file:sub(#said.root + 2), cursor[1], cursor[2] }

  vim.cmd('buffer ' .. vim.fn.bufnr('web_svcdef.json'))
  vim.api.nvim_win_set_cursor(0, { 2, 21 })
  vim.lsp.buf.rename('title')
  await('the new name', function() return line(2):find('title', 1, true) ~= nil end)
  vim.cmd('silent wall')

  -- Since 0.10, Neovim tells of what other programs do to files.
  if vim.fn.has('nvim-0.10') == 1 then
    vim.fn.writefile({ '{}' }, vim.env.OUTPUT_FILE)
    await('a finding about what the output has no more', function()
      return #vim.diagnostic.get(0) == 1 and vim.diagnostic.get(0)[1].message:find('cluster', 1, true) ~= nil
    end)
  end
end

local succeeded, failure = pcall(drive)
if not succeeded then said = { failure = tostring(failure) } end
io.stdout:write(vim.json.encode(said))
vim.cmd('qa!')
