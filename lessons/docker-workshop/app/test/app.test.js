// Starts the real server on port 3000 with a fresh SQLite file, and asks it what the page asks.
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');

const ADDRESS = 'http://127.0.0.1:3000';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'todo-'));
let server;
let log = '';

async function start() {
    log = '';
    const env = { ...process.env, SQLITE_DB_LOCATION: path.join(folder, 'new', 'todo.db'), MYSQL_HOST: '' };
    server = spawn(process.execPath, [path.join(__dirname, '..', 'src', 'index.js')], { env });
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (log += text));
    while (!log.includes('Listening on port 3000')) {
        assert.equal(server.exitCode, null, `the server ended: ${log}`);
        await Promise.race([once(server.stdout, 'data'), once(server, 'exit')]);
    }
}

async function stop(signal) {
    const ended = once(server, 'exit');
    server.kill(signal);
    const [code] = await ended;
    return code;
}

const send = (method, where, body) =>
    fetch(ADDRESS + where, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });

before(start);
after(() => {
    server.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true });
});

test('it says which database it uses', () => {
    assert.match(log, /Using sqlite database at .*todo\.db/);
});

test('the page has a title and a place to draw in', async () => {
    const response = await fetch(ADDRESS);
    const page = await response.text();
    assert.equal(response.headers.get('x-powered-by'), 'Express');
    assert.match(page, /<title>Todo App<\/title>/);
    assert.match(page, /<div id="root">/);
});

test('an item can be added, ticked, listed and removed', async () => {
    assert.deepEqual(await (await fetch(`${ADDRESS}/items`)).json(), []);
    const added = await send('POST', '/items', { name: 'milk', id: 'mine', completed: true });
    assert.equal(added.status, 200);
    const item = await added.json();
    assert.match(item.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(item, { id: item.id, name: 'milk', completed: false });
    const ticked = await send('PUT', `/items/${item.id}`, { name: 'oat milk', completed: true });
    assert.deepEqual(await ticked.json(), { id: item.id, name: 'oat milk', completed: true });
    assert.deepEqual(await (await fetch(`${ADDRESS}/items`)).json(), [{ id: item.id, name: 'oat milk', completed: true }]);
    const removed = await send('DELETE', `/items/${item.id}`);
    assert.equal(await removed.text(), 'OK');
    assert.deepEqual(await (await fetch(`${ADDRESS}/items`)).json(), []);
});

test('an unknown item is answered with nothing, and removing it is no mistake', async () => {
    const unknown = await send('PUT', '/items/nobody', { name: 'x', completed: false });
    assert.equal(unknown.status, 200);
    assert.equal(await unknown.text(), '');
    assert.equal(await (await send('DELETE', '/items/nobody')).text(), 'OK');
});

test('an item without a name is kept without one', async () => {
    const item = await (await send('POST', '/items', {})).json();
    assert.deepEqual(Object.keys(item).sort(), ['completed', 'id']);
    const [kept] = await (await fetch(`${ADDRESS}/items`)).json();
    assert.deepEqual(kept, { id: item.id, name: null, completed: false });
    await send('DELETE', `/items/${item.id}`);
});

test('other paths are not found, and broken JSON is refused', async () => {
    const missing = await fetch(`${ADDRESS}/items/1`);
    assert.equal(missing.status, 404);
    assert.match(await missing.text(), /Cannot GET \/items\/1/);
    const broken = await fetch(`${ADDRESS}/items`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{',
    });
    assert.equal(broken.status, 400);
});

test('items outlive a restart, and each signal ends the server in good order', async () => {
    const kept = await (await send('POST', '/items', { name: 'still here' })).json();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR2']) {
        assert.equal(await stop(signal), 0);
        await start();
    }
    assert.deepEqual(await (await fetch(`${ADDRESS}/items`)).json(), [kept]);
});

test('a failing database ends the server without an answer', async () => {
    const ended = once(server, 'exit');
    // a text cannot be the number that ticks are kept as, and an object cannot be a name
    await assert.rejects(send('POST', '/items', { name: { deep: true } }));
    assert.deepEqual(await ended, [1, null]);
});
