const fs = require('node:fs');
const net = require('node:net');
const { lookup } = require('node:dns/promises');
const mysql = require('mysql2/promise');

const PORT = 3306;
const PATIENCE_MS = 10_000;
const PAUSE_MS = 200;

// MYSQL_PASSWORD_FILE names a file that holds the password, and so on; the file wins. It is used as it is:
// a line break at its end belongs to the value.
function setting(name) {
    const file = process.env[`${name}_FILE`];
    return file ? fs.readFileSync(file, 'utf8') : process.env[name];
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// The name is looked up first and for as long as that takes: lookups that nobody waits for would pile up.
async function answers(host) {
    const found = await lookup(host).catch(() => null);
    if (!found) return false;
    return new Promise((done) => {
        const socket = net.connect({ host: found.address, port: PORT, timeout: 1000 });
        const end = (result) => () => {
            socket.destroy();
            done(result);
        };
        socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
    });
}

// A database that has just been started needs a while before it listens.
async function waitFor(host) {
    const giveUpAt = Date.now() + PATIENCE_MS;
    process.stdout.write(`Waiting for ${host}:${PORT}.`);
    while (Date.now() < giveUpAt) {
        if (await answers(host)) {
            console.log('\nConnected!');
            return;
        }
        process.stdout.write('.');
        await pause(PAUSE_MS);
    }
    console.log('\nTimeout');
}

let pool;

async function open() {
    const host = setting('MYSQL_HOST');
    await waitFor(host);
    pool = mysql.createPool({
        host,
        user: setting('MYSQL_USER'),
        password: setting('MYSQL_PASSWORD'),
        database: setting('MYSQL_DB'),
        connectionLimit: 5,
        // longer than a resolver takes to say that it does not know the name, so that this is what we report
        connectTimeout: 20_000,
        charset: 'utf8mb4',
    });
    await pool.query(
        'CREATE TABLE IF NOT EXISTS todo_items (id varchar(36), name varchar(255), completed boolean) DEFAULT CHARSET utf8mb4',
    );
    console.log(`Connected to mysql db at host ${process.env.MYSQL_HOST}`);
}

async function close() {
    await pool?.end();
}

const asItem = (row) => ({ id: row.id, name: row.name, completed: row.completed === 1 });

async function all() {
    const [rows] = await pool.query('SELECT id, name, completed FROM todo_items');
    return rows.map(asItem);
}

async function one(id) {
    const [rows] = await pool.query('SELECT id, name, completed FROM todo_items WHERE id = ?', [id]);
    return rows[0] && asItem(rows[0]);
}

async function add({ id, name, completed }) {
    await pool.query('INSERT INTO todo_items (id, name, completed) VALUES (?, ?, ?)', [id, name ?? null, completed ? 1 : 0]);
}

async function update(id, { name, completed }) {
    await pool.query('UPDATE todo_items SET name = ?, completed = ? WHERE id = ?', [name ?? null, completed ? 1 : 0, id]);
}

async function remove(id) {
    await pool.query('DELETE FROM todo_items WHERE id = ?', [id]);
}

module.exports = { open, close, all, one, add, update, remove };
